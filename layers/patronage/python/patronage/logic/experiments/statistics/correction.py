"""Correct p values for having asked several questions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.experiments.analysis_options import HOLM

if TYPE_CHECKING:
    from patronage.logic.experiments.statistics.moments import Numbers


def corrected(p_values: Numbers, method: str = HOLM) -> Numbers:
    """Return the corrected p values, in the order given.

    Parameters
    ----------
    p_values : array of float, shape (tests,)
    method : str
        "holm": the chance of even one false alarm is held (Holm, Scandinavian Journal of Statistics 1979).
        "benjamini-hochberg": the share of false alarms among the findings is held (Benjamini and Hochberg,
        JRSS B 1995).
    """
    if len(p_values) == 0:
        return p_values
    order = np.argsort(p_values, kind="stable")
    ranks = np.arange(1, len(p_values) + 1)
    if method == HOLM:
        rising = np.maximum.accumulate(p_values[order] * (len(p_values) + 1 - ranks))
    else:
        rising = np.minimum.accumulate((p_values[order] * len(p_values) / ranks)[::-1])[::-1]
    found = np.empty_like(p_values)
    found[order] = np.minimum(rising, 1.0)
    return found

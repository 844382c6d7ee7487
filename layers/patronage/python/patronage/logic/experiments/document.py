"""The experiments as they are kept: one document, in the serving table for lookups, in the lake for runs."""

from __future__ import annotations

from typing import Any, NamedTuple

COPY = "settings/experiments.json"
"""The object of the lake; beside the document it names the ``version`` of the table that it is a copy of."""
HOLDOUT = "holdout"
"""The id under which answers name the permanent holdout, and its only arm; no experiment has it."""


class Experiments(NamedTuple):
    """All experiments, the newest first, and the permanent holdout.

    Parameters
    ----------
    experiments : list of dict
        Definitions, as `definition.read_experiment` gives them, each with its ``state``.
    holdout : dict, optional
        ``share`` of all visitors, and ``since`` when; None for none.
    """

    experiments: list[dict[str, Any]]
    holdout: dict[str, Any] | None = None

    def to_document(self) -> dict[str, Any]:
        """Return what is kept."""
        return {"experiments": self.experiments, "holdout": self.holdout}


def read_experiments(document: Any) -> Experiments:
    """Read what was kept; before there was a holdout, that was the list of experiments alone."""
    if isinstance(document, list):
        return Experiments(document)
    return Experiments(document["experiments"], document.get("holdout"))

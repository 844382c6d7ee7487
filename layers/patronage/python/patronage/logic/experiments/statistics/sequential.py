"""The test for any number of looks: asymptotic confidence sequences.

With a chance of at least the confidence, the true lift lies within the interval of every look at once. So one
may look each day and stop at will. Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences", Annals of Statistics 2024 (arXiv 2103.06476),
theorem 2.2, in the form that GrowthBook uses: time is the units of both arms, and the variance is that of the
lift. The price is an interval about half as wide again as that of a single look.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patronage.logic.experiments.statistics.difference import Difference
    from patronage.logic.experiments.statistics.moments import Numbers


@dataclass(frozen=True)
class ConfidenceSequence:
    """A sequence that is narrowest at a stated number of units.

    Parameters
    ----------
    confidence : float
        Chance that every interval of the sequence holds the truth.
    tuning : float
        Units of both arms at which it is narrowest, next to other sequences of its kind.
    """

    confidence: float = 0.95
    tuning: float = 5_000.0

    def multiplier(self, n: Numbers, *, level: float | None = None) -> Numbers:
        """Return how many standard errors the interval reaches to each side.

        Parameters
        ----------
        n : array of float
            Units of both arms.
        level : float, optional
            Level of the test, where it is not one minus the confidence.
        """
        alpha = 1 - self.confidence if level is None else level
        scaled = self._scaled(n)
        found: Numbers = np.sqrt((scaled + 1) / scaled * np.log((scaled + 1) / alpha**2))
        return found

    def p_value(self, difference: Difference) -> Numbers:
        """Return the p value that holds at every look: the level at which the interval touches 0."""
        scaled = self._scaled(difference.n)
        exponent = -np.square(difference.z) * scaled / (2 * (scaled + 1))
        found: Numbers = np.minimum(1.0, np.sqrt(scaled + 1) * np.exp(exponent))
        return found

    def _scaled(self, n: Numbers) -> Numbers:
        """Multiply n by the square of the parameter rho, chosen as in the paper's appendix on tuning."""
        twice = -2 * log(1 - self.confidence)
        return n * (twice + log(twice + 1)) / self.tuning

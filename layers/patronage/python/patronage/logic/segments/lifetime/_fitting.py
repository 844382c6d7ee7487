"""Maximum likelihood in log parameters, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.logic.segments.lifetime._histories import Numbers

_LOG_BOUND = float(np.log(1e3))
_MAX_ITERATIONS = 500
_GRADIENT_CLOSE_TO_ZERO = 1e-5
_STEP_OF_LOG = 1e-4
_ROWS_IN_CACHE = 1 << 13


class Reason(StrEnum):
    """Why a model has no maximum-likelihood estimates of its own."""

    TOO_FEW = "too_few"
    NOT_CONVERGED = "not_converged"
    AT_BOUNDS = "at_bounds"


@dataclass(frozen=True)
class Outcome:
    """How a fit ended.

    Parameters
    ----------
    fitted : bool
        The parameters are maximum-likelihood estimates. Where they are not, they are the most probable
        ones under a weak prior, good for a first idea alone: mark every figure that follows from them.
    reason : Reason or None
        Why not, None where fitted.
    detail : str
        The same in a sentence with its numbers, empty where fitted.
    customers : int
        How many customers the model learned from.
    informative : int
        How many of them tell of more than one purchase.
    """

    fitted: bool
    reason: Reason | None
    detail: str
    customers: int
    informative: int


def parts(rows: int) -> list[slice]:
    """Cut rows into parts whose intermediate results stay in a processor's cache, which halves the time."""
    return [slice(at, at + _ROWS_IN_CACHE) for at in range(0, rows, _ROWS_IN_CACHE)]


class Likelihood(Protocol):
    """A log-likelihood to be maximised in the logarithms of its parameters."""

    customers: int
    names: tuple[str, ...]

    def value_and_gradient(self, parameters: Numbers) -> tuple[float, Numbers]:
        """Return the log-likelihood and its gradient by each parameter (not by its logarithm)."""


@dataclass(frozen=True)
class Maximum:
    """The best parameters, and whether they are an inner maximum."""

    parameters: Numbers
    log_likelihood: float
    reason: Reason | None
    detail: str

    def neighbours(self, likelihood: Likelihood, *, prior: bool) -> list[tuple[Numbers, Numbers]]:
        """Return the parameters one standard deviation up and down in each of their independent directions.

        What a shop's figure moves by from one to the other of a pair, halved and squared, adds up over the
        pairs to the variance that it owes to parameters not being known (the delta method in the logarithms,
        by the observed information). No direction is taken to be less sure than the weak prior.
        """
        logs = np.log(self.parameters)

        def slope(moved: Numbers) -> Numbers:
            return likelihood.value_and_gradient(np.exp(moved))[1] * np.exp(moved)

        level = slope(logs)
        steps = np.eye(len(logs)) * _STEP_OF_LOG
        information = np.array([level - slope(logs + step) for step in steps]) / _STEP_OF_LOG
        information = (information + information.T) / 2 + np.eye(len(logs)) * prior
        sureness, directions = np.linalg.eigh(information)
        moves = (directions / np.sqrt(np.maximum(sureness, 1.0))).T
        return [(np.exp(logs + move), np.exp(logs - move)) for move in moves]


def maximise(likelihood: Likelihood, starts: Sequence[Numbers], *, prior: Numbers | None = None) -> Maximum:
    """Climb from the best start, and from the next where that does not converge.

    Parameters
    ----------
    likelihood : Likelihood
        What to maximise; its data scaled so that every parameter lies between 1e-3 and 1e3.
    starts : sequence of array, shape (parameters,)
        Where to begin.
    prior : array, shape (parameters,), optional
        Medians of independent lognormal priors with a standard deviation of 1 in the logarithm.
    """

    def cost(logs: Numbers) -> tuple[float, Numbers]:
        parameters = np.exp(logs)
        value, gradient = likelihood.value_and_gradient(parameters)
        gradient = gradient * parameters
        if prior is not None:
            distance = logs - np.log(prior)
            value -= 0.5 * float(distance @ distance)
            gradient -= distance
        return -value / likelihood.customers, -gradient / likelihood.customers

    first, *others = sorted((np.log(start) for start in starts), key=lambda logs: cost(logs)[0])
    found = _climb(likelihood, cost, first)
    for logs in others:
        if found.reason is not Reason.NOT_CONVERGED:
            break
        found = _climb(likelihood, cost, logs)
    return found


def _climb(
    likelihood: Likelihood, cost: Callable[[Numbers], tuple[float, Numbers]], start: Numbers
) -> Maximum:
    bounds = [(-_LOG_BOUND, _LOG_BOUND)] * len(start)
    found = minimize(
        cost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": _MAX_ITERATIONS, "ftol": 1e-14, "gtol": 1e-8, "maxcor": 20},
    )
    parameters = np.exp(found.x)
    value = likelihood.value_and_gradient(parameters)[0]
    at_bounds = np.abs(found.x) > _LOG_BOUND - 1e-6
    if at_bounds.any():
        names = ", ".join(name for name, out in zip(likelihood.names, at_bounds, strict=True) if out)
        detail = f"the likelihood has no inner maximum: {names} ran to the bounds"
        return Maximum(parameters, value, Reason.AT_BOUNDS, detail)
    # Judged by the slope: near the top the line search gives up on rounding and reports a failure.
    steepest = float(np.abs(found.jac).max())
    if not steepest < _GRADIENT_CLOSE_TO_ZERO:
        detail = f"no maximum after {found.nit} iterations: the steepest slope is {steepest:.2g} a customer"
        return Maximum(parameters, value, Reason.NOT_CONVERGED, detail)
    return Maximum(parameters, value, None, "")


def fit_or_fall_back(
    likelihood: Likelihood,
    starts: Sequence[Numbers],
    *,
    prior: Numbers,
    informative: int,
    min_informative: int,
    of_what: str,
) -> tuple[Maximum, Outcome]:
    """Maximise the likelihood; with too few customers, or where that fails, the posterior instead."""
    if informative < min_informative:
        reason: Reason | None = Reason.TOO_FEW
        detail = f"{informative} {of_what}, at least {min_informative} are needed"
    else:
        found = maximise(likelihood, starts)
        reason, detail = found.reason, found.detail
        if reason is None:
            return found, Outcome(True, None, "", likelihood.customers, informative)
    found = maximise(likelihood, [prior, *starts], prior=prior)
    return found, Outcome(False, reason, detail, likelihood.customers, informative)

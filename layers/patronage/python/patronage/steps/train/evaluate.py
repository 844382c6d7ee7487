"""Train candidates before a cut-off, search their settings, and measure them on what came after it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from patronage.logic.evaluation import measure_ranking
from patronage.logic.recommenders.candidates import CANDIDATES, candidate, why_not
from patronage.logic.recommenders.threads import single_blas_thread
from patronage.steps.manifest import Manifest
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.steps.train.promoted import promoted_methods, trials_of
from patronage.steps.train.windows import DEPTH, K, Windows, write_lists
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from patronage.logic.evaluation import Holdout
    from patronage.logic.recommenders import Recommender
    from patronage.logic.recommenders.interactions import Lists
    from patronage.settings import Shop
    from patronage.steps.train.windows import Split
    from patronage.stores.objects import ObjectStore

    Settings = Mapping[str, Any]
    Trains = Callable[[Settings, Holdout], Recommender]

MOST_SEARCHED = 3_000_000
"""Of more interactions the first setting alone is tried: every other would take as long as the training."""


def candidates(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """List the methods that the run trains side by side, and write down why others are left out.

    A run of a promoted version trains what that is made of, and asks for no other.

    Returns
    -------
    dict
        ``models``: one entry ``{"model": name}`` each.
    """
    manifest = Manifest.load(store, run_id)
    interactions = load_interactions(run_id, store)
    asked = promoted_methods(manifest, store) if manifest.promoted else list(CANDIDATES)
    buys_again = manifest.shop.recommend_bought
    reasons = {name: why_not(name, interactions, buys_again=buys_again) for name in asked}
    skipped = {name: reason for name, reason in reasons.items() if reason}
    chosen = [name for name in asked if name not in skipped]
    write_json(
        store,
        f"runs/{run_id}/metrics/candidates.json",
        {"models": chosen, "skipped": skipped, "interactions": len(interactions.products)},
    )
    return {"models": [{"model": name} for name in chosen]}


def evaluate(
    run_id: str,
    model: str,
    store: ObjectStore,
    *,
    split: Split = "cutoff",
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Search a method's settings on the validation window and measure the best on the test window.

    Writes the metrics, and the lists of both windows for the blend. A promoted version keeps its settings.
    BLAS works in one thread: a near tie between two settings ends the same on any number of cores.
    """
    manifest = Manifest.load(store, run_id)
    side = load_side(run_id, store)
    interactions = load_interactions(run_id, store)
    windows = Windows.of(interactions, buys_again=manifest.shop.recommend_bought, split=split)

    def train(settings: Settings, window: Holdout) -> Recommender:
        return candidate(model, settings).fit(window.train, side=side)

    settings, count = trials_of(model, manifest, store), len(interactions.products)
    return measure_method(manifest, model, settings, windows, count, store, train=train, clock=clock)


def measure_method(
    manifest: Manifest,
    model: str,
    settings: Sequence[Settings],
    windows: Windows,
    interactions: int,
    store: ObjectStore,
    *,
    train: Trains,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Search a method's settings and measure the best, as `evaluate` says.

    Parameters
    ----------
    manifest, model, store
        The run, the method, and where its files are.
    settings : sequence of mapping
        What to try.
    windows : Windows
        What to measure on.
    interactions : int
        How many the run has.
    train : callable
        Trains the method, with settings, on what comes before a window.
    clock : callable
        Seconds from some moment on.
    """
    run_id, shop = manifest.run_id, manifest.shop
    if interactions > MOST_SEARCHED:
        shop = replace(shop, search_seconds=0)
    with single_blas_thread():
        trials = _try(settings, windows.validation, train, shop, clock)
        best = max(trials, key=lambda trial: trial.ndcg)
        test = _lists(train(best.settings, windows.test), windows.test, shop)
    write_lists(store, run_id, model, validation=best.lists, test=test)
    measured = windows.test.measure(test[0], k=K) | {
        "validation_ndcg_at_10": best.ndcg,
        "settings": dict(best.settings),
        "tried": [
            {"settings": dict(trial.settings), "validation_ndcg_at_10": trial.ndcg} for trial in trials
        ],
        "settings_left_untried": len(settings) - len(trials),
    }
    write_json(store, f"runs/{run_id}/metrics/{model}.json", measured)
    return {"model": model, "ndcg_at_10": measured["ndcg_at_10"], "customers": measured["customers"]}


@dataclass(frozen=True)
class _Trial:
    settings: Settings
    lists: Lists
    ndcg: float


def _try(
    known: Sequence[Settings], validation: Holdout, train: Trains, shop: Shop, clock: Callable[[], float]
) -> list[_Trial]:
    """Try one setting after the other; no further one is begun that would end after the shop's time."""
    trials: list[_Trial] = []
    began = clock()
    for settings in known:
        spent = clock() - began
        if trials and spent * (len(trials) + 1) / len(trials) > shop.search_seconds:
            break
        lists = _lists(train(settings, validation), validation, shop)
        ndcg = measure_ranking(lists[0], validation.relevant, k=K, resamples=1).metrics["ndcg"].value
        trials.append(_Trial(settings, lists, ndcg))
    return trials


def _lists(model: Recommender, window: Holdout, shop: Shop) -> Lists:
    return model.recommend(window.histories, k=DEPTH, exclude_history=not shop.recommend_bought)

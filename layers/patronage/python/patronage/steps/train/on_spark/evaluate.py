"""Compare the methods that go on Spark, on the days and by the figures that every run has."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from patronage.engines.spark_learn.methods import COMPARED, Learner, settings_on_spark
from patronage.engines.spark_learn.purchases import Purchases
from patronage.logic.recommenders.candidates import CANDIDATES, POPULARITY, candidate
from patronage.logic.said import SENTENCES
from patronage.steps.manifest import Manifest
from patronage.steps.train.blend import blend_measured
from patronage.steps.train.drawn_windows import COUNTED, DRAWN, load_cutoffs, load_windows
from patronage.steps.train.evaluate import measure_method
from patronage.steps.train.inputs import load_interactions, load_side, save_interactions
from patronage.steps.train.on_spark.parts import count_customers, purchases_of, read_parts
from patronage.steps.train.on_spark.windows import draw_customers, draw_windows
from patronage.steps.train.promoted import promoted_methods, trials_of
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

    from patronage.logic.evaluation import Holdout
    from patronage.logic.recommenders import Recommender
    from patronage.stores.objects import ObjectStore


def candidates(run_id: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """List the methods that the run compares, say why others are left out, and draw whom it measures.

    Returns
    -------
    dict
        ``models``: one entry ``{"model": name}`` each.
    """
    manifest = Manifest.load(store, run_id)
    counted = load_interactions(run_id, store, of=COUNTED)
    frame = read_parts(run_id, store, spark).persist()
    try:
        drawn = draw_customers(frame, count_customers(run_id, store), counted.n_products)
        save_interactions(run_id, store, drawn, of=DRAWN)
        purchases = Purchases(frame=frame, counted=counted, drawn=drawn)
        draw_windows(run_id, purchases, buys_again=manifest.shop.recommend_bought, store=store)
    finally:
        frame.unpersist()
    asked = promoted_methods(manifest, store) if manifest.promoted else list(CANDIDATES)
    has_customers = len(drawn.customers) > 0
    skipped = {name: reason for name in asked if (reason := _why_not(name, has_customers))}
    chosen = [name for name in asked if name not in skipped]
    found = {"models": chosen, "skipped": skipped, "interactions": int(counted.purchases().sum())}
    write_json(store, f"runs/{run_id}/metrics/candidates.json", found)
    return {"models": [{"model": name} for name in chosen]}


def evaluate(run_id: str, model: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Search a method's settings on the validation window and measure the best on the test window.

    Each is trained on all that was bought before the window, and asked for the lists of its customers, at
    most `MOST_MEASURED` of them. Diversity, novelty and the bias to the popular are of the drawn customers'
    purchases.
    """
    manifest = Manifest.load(store, run_id)
    settings = settings_on_spark(model, trials_of(model, manifest, store))
    side = load_side(run_id, store)
    with purchases_of(run_id, store, spark) as purchases, ExitStack() as opened:
        windows = load_windows(run_id, store, drawn=purchases.drawn)
        learners = {
            name: opened.enter_context(Learner(purchases.before(day), side=side))
            for name, day in load_cutoffs(run_id, store).items()
        }

        def train(settings: Mapping[str, Any], window: Holdout) -> Recommender:
            name = "test" if window is windows.test else "validation"
            return learners[name].learn(candidate(model, settings))

        count = int(purchases.counted.purchases().sum())
        return measure_method(manifest, model, settings, windows, count, store, train=train)


def blend(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Learn how to blend the measured methods, and measure the blend."""
    return blend_measured(Manifest.load(store, run_id), load_windows(run_id, store), store)


def _why_not(name: str, has_customers: bool) -> str:
    if name not in COMPARED:
        return SENTENCES["not_on_spark"]
    return "" if has_customers or name == POPULARITY else SENTENCES["no_named_orders"]

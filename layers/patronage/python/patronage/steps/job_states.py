"""The states that the Spark job of each machine does, one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from patronage.engines.spark_learn.kmeans import refining
from patronage.errors import PatronageError, TryAgain
from patronage.logic.monitor.measures import MEASURES
from patronage.steps.monitor import learning as judging
from patronage.steps.monitor.states import MEASURED
from patronage.steps.segment import clusters
from patronage.steps.segment import gate as segment_gate
from patronage.steps.segment.learning import LEARNT
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.steps.train import on_spark
from patronage.steps.train.gate import gate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspark.sql import SparkSession

    from patronage.steps.job import Job
    from patronage.stores.lake import Lake


_FAULTS = (PatronageError, ArithmeticError, MemoryError, ValueError, PySparkException, Py4JError)
"""What a method may fail of without ending the run."""


def segmentation(job: Job, lake: Lake, spark: SparkSession) -> None:
    """Segment the customers, up to the gate."""
    for name, work in BRANCHED.items():
        job.do(name, partial(work, job.run_id, lake))
    learnt: dict[str, Callable[..., dict[str, Any]]] = {
        **LEARNT,
        "clusters": partial(clusters.clusters, refine=refining(spark)),
    }
    for name, learn in learnt.items():
        job.do(name, partial(learn, job.run_id, lake.store))
    for name, work in JOINED.items():
        job.do(name, partial(work, job.run_id, lake))
    job.do("gate", partial(segment_gate.gate, job.run_id, lake.store))


def training(job: Job, lake: Lake, spark: SparkSession) -> None:
    """Compare the methods, train what the gate chose, make its lists; nothing where no product was sold."""
    run_id, store = job.run_id, lake.store
    if not job.do("interactions", partial(on_spark.interactions, run_id, lake))["interactions"]:
        return
    for each in job.do("candidates", partial(on_spark.candidates, run_id, store, spark))["models"]:
        _evaluate(job, each["model"], lake, spark)
    job.do("blend", partial(on_spark.blend, run_id, store))
    chosen = job.do("gate", partial(gate, run_id, store))
    for part in chosen["parts"]:
        job.do(f"fit-{part['model']}", partial(on_spark.fit, run_id, part["model"], store, spark))
    job.do("plan", partial(on_spark.plan, run_id, chosen["model"], store))
    job.do("lists", partial(on_spark.lists, run_id, store, spark))
    job.do("parquet", partial(on_spark.parquet, run_id, store, spark))


def _evaluate(job: Job, model: str, lake: Lake, spark: SparkSession) -> None:
    """Measure a method; one that cannot be is left out and the gate records it, as in the state machine."""
    try:
        job.do(f"evaluate-{model}", partial(on_spark.evaluate, job.run_id, model, lake.store, spark))
    except _FAULTS as exc:
        job.tell(f"evaluate-{model}: left out, {type(exc).__name__}")


def monitoring(job: Job, lake: Lake, _: SparkSession) -> None:
    """Measure what has changed, each measure for itself; a function decides what comes of it."""
    measured = [_measured(job, measure, lake) for measure in MEASURES]
    job.do("measured", lambda: {"measured": measured})


def _measured(job: Job, measure: str, lake: Lake) -> dict[str, Any]:
    """Take the steps of a measure; one that fails stops no other and is told, as in the state machine.

    Only what trying again may mend ends the job.
    """
    try:
        for step in MEASURES[measure]:
            if step in MEASURED:
                job.do(step, partial(MEASURED[step], job.run_id, lake))
            else:
                job.do(step, partial(judging.LEARNT[step], job.run_id, lake.store))
    except Exception as exc:
        if _may_be_mended(exc):
            raise
        job.tell(f"{measure}: could not be measured, {type(exc).__name__}")
        cause = str(exc) if isinstance(exc, PatronageError) else ""  # others may quote what they met
        return {"measure": measure, "failure": {"Error": type(exc).__name__, "Cause": cause}}
    return {"measure": measure}


def _may_be_mended(exc: Exception) -> bool:
    """Say whether trying again may mend it: another came first, a connection was cut, or the JVM is lost."""
    if isinstance(exc, Py4JJavaError):
        return False  # the JVM answered
    return isinstance(exc, (TryAgain, OSError, Py4JError))


STATES: Mapping[str, Callable[[Job, Lake, SparkSession], None]] = {
    "segmentation": segmentation,
    "training": training,
    "monitoring": monitoring,
}
"""By the name of the state machine."""

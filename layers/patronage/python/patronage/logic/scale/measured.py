"""What was measured of our own work on this scale, and the few numbers that only AWS could tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.cost.volumes import GUESS, Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAN = "make bench NAME=plan"
COMPARISON = "make bench NAME=comparison"
SCALE_RUN = "make bench NAME=scale"
MEASURED: Mapping[str, Assumption] = {
    "units_segments": Assumption(2.1, "write units a customer of a publication of segments", PLAN),
    "units_recommendations": Assumption(1.0, "write units a customer of a publication of lists", PLAN),
    "publish_segments_ms": Assumption(0.16, "CPU ms a customer to build the items of segments", PLAN),
    "publish_recommendations_ms": Assumption(0.11, "CPU ms a customer to build the items of lists", PLAN),
    "members_ms": Assumption(0.005, "CPU ms a customer to list the members of one method's segments", PLAN),
    "lists_ms": Assumption(1.9, "CPU ms a customer to make a list of 50 with reasons", PLAN),
    "staged_bytes": Assumption(320, "bytes a customer of the files that a shard of segments stages", PLAN),
    "run_bytes_segments": Assumption(
        620,
        "bytes a customer that a segmentation leaves",
        f"{SCALE_RUN}: scale_segmentation_10m_written_mb, of a million customers",
    ),
    "run_bytes_recommendations": Assumption(
        3_200,
        "bytes a customer that a training leaves",
        f"{SCALE_RUN}: scale_training_10m_written_mb, of a million customers",
    ),
    "interaction_bytes": Assumption(12, "bytes an interaction that a shard of lists reads", PLAN),
    "catalogue_bytes": Assumption(373, "bytes a product of the catalogue in a lookup's memory", PLAN),
    "segmentation_cpu_s": Assumption(
        13, "CPU seconds of a segmentation by DuckDB a million order lines and events", PLAN
    ),
    "training_cpu_s": Assumption(
        40, "CPU seconds a million order lines of the methods that go on Spark, by NumPy", SCALE_RUN
    ),
    "spark_factor": Assumption(
        10,
        "CPU seconds of Spark for one of DuckDB and NumPy: 67 for 6.5 of half a million lines, its start and "
        "compiling counted; of more lines less, by how much is not known",
        COMPARISON,
    ),
    "event_bytes": Assumption(18, "bytes an event in the lake; taken to be twice that as it arrived", PLAN),
    "events_a_request": Assumption(
        10, "events a request: what docs/events.md asks a storefront to send", GUESS
    ),
    "peak": Assumption(4, "times the mean rate of a month at the busiest hour", GUESS),
    "batch_ms": Assumption(20, "ms that DynamoDB takes to write a batch of 25 items", GUESS),
    "update_ms": Assumption(5, "ms that DynamoDB takes to give an item its end", GUESS),
    "spark_start_s": Assumption(300, "seconds of a job that do not grow: workers, and small stages", GUESS),
    "spark_gb_a_vcpu": Assumption(6, "GB of memory a vCPU", "infra/spark.py"),
    "read_mb": Assumption(8, "MB that a GET of Spark's Parquet reader asks for", GUESS),
    "puts_a_shard": Assumption(
        4, "objects a shard writes: arrays, Parquet, its keys, its receipt", "steps/publish.py"
    ),
    "counted_bytes": Assumption(
        20, "bytes of a count of purchases by group, product and day", "steps/train/on_spark/tables.py"
    ),
    "groups": Assumption(11, "groups of customers: the segments of one country", "logic/segments"),
    "days": Assumption(
        730, "days of the months for which orders are kept", "`history_months` of the estimate"
    ),
    "pointer_units": Assumption(
        1,
        "read units of the pointer: under 4 KB",
        "logic/serve/pointer.py: an entry a family, each of about 1 KB",
    ),
    "page_units": Assumption(25, "read units of a page of the catalogue: 100 KB", "logic/serve/catalogue.py"),
}
"""By name; `ASSUMED` of `patronage.logic.cost.volumes` has the others."""


def value(name: str) -> float:
    """Return one of them."""
    return MEASURED[name].value

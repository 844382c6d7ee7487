"""How long a run takes: its work over the tables, then shards, so many of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.engine_choice import SPARK
from patronage.logic.monitor.machines import WHAT_OF
from patronage.logic.scale.measured import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.cost.volumes import Volumes
    from patronage.logic.scale.quotas import Quotas
    from patronage.logic.scale.shop import Deployed

KINDS = ("segmentation", "training")


class Stage(NamedTuple):
    """A part of a run.

    Parameters
    ----------
    name : str
        What it does.
    seconds : float
        How long it takes as deployed.
    shard_seconds : float
        How long one shard of it takes; 0 for what is not cut.
    """

    name: str
    seconds: float
    shard_seconds: float = 0.0


class RunTime(NamedTuple):
    """A run's stages in their order, and what would hold it within the time that a run has.

    Parameters
    ----------
    stages : sequence of Stage
        As deployed.
    needed_vcpus : float
        Of Spark, so that its job takes a third of that time; 0 on DuckDB.
    needed_at_once : float
        Shards side by side, so that all of them take the other two thirds.
    """

    stages: Sequence[Stage]
    needed_vcpus: float
    needed_at_once: float

    @property
    def seconds(self) -> float:
        """The whole."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def before_publishing(self) -> float:
        """What a Spark job does of it."""
        return sum(stage.seconds for stage in self.stages if stage.name in {"tables", "lists"})


def run_time(kind: str, volumes: Volumes, deployed: Deployed, quotas: Quotas, *, engine: str) -> RunTime:
    """Return how long a run of a kind takes, of `KINDS`; the new generation is live before the last stage."""
    shards = deployed.shards(volumes.customers)
    cut = shard_stages(kind, deployed)
    budget = deployed.run_seconds
    on_spark = engine == SPARK
    work = spark_vcpu_seconds(kind, volumes) if on_spark else 0.0
    stages = [Stage("tables", _tables_seconds(kind, volumes, deployed, quotas, on_spark=on_spark))]
    if on_spark and "lists" in cut:
        # The job's workers make them.
        lists = shards * cut.pop("lists")
        work += lists
        stages.append(Stage("lists", lists / quotas.value("emr_vcpus")))
    each = sum(cut.values())
    stages += [
        Stage(name, _in_shards(name, kind, seconds, shards, deployed, quotas), seconds)
        for name, seconds in cut.items()
    ]
    return RunTime(
        stages,
        needed_vcpus=work / (budget / 3 - value("spark_start_s")) if on_spark else 0.0,
        needed_at_once=shards * each / (budget * 2 / 3),
    )


def spark_vcpu_seconds(kind: str, volumes: Volumes) -> float:
    """Return the work of one run on Spark: a segmentation reads order lines and events, a training lines."""
    events = volumes.kept_events if kind == "segmentation" else 0
    rows = (volumes.kept_lines + events) / 1e6
    return rows * value(f"{kind}_cpu_s") * value("spark_factor")


def units_a_customer(kind: str) -> float:
    """Return the write units of a customer's items in one publication."""
    return value(f"units_{WHAT_OF[kind]}")


def run_bytes(kind: str) -> float:
    """Return the bytes a customer that a run leaves in the lake."""
    return value(f"run_bytes_{WHAT_OF[kind]}")


def publishing_seconds(kind: str, deployed: Deployed) -> float:
    """Return how long one shard's customers are published and, a generation later, given their end."""
    stages = shard_stages(kind, deployed)
    return stages["publish"] + stages["retire"]


def shard_rate(kind: str, deployed: Deployed) -> float:
    """Return the write units a second of one shard that is published."""
    units = units_a_customer(kind) * deployed.customers_a_shard
    return units / shard_stages(kind, deployed)["publish"]


def shard_stages(kind: str, deployed: Deployed) -> dict[str, float]:
    """Return the seconds of one shard in each stage, all kinds of items of its customers together."""
    customers = deployed.customers_a_shard
    items = _items_a_customer(kind) * customers
    found = {"lists": customers * value("lists_ms") / 1e3} if kind == "training" else {}
    building = customers * value(f"publish_{WHAT_OF[kind]}_ms") / 1e3
    writing = items / deployed.puts_a_batch * value("batch_ms") / 1e3
    ending = items / deployed.updates_at_once * value("update_ms") / 1e3
    return found | {"publish": building + writing, "retire": ending}


def _items_a_customer(kind: str) -> float:
    return ASSUMED["items_a_customer"].value if kind == "segmentation" else 1.0


def _tables_seconds(
    kind: str, volumes: Volumes, deployed: Deployed, quotas: Quotas, *, on_spark: bool
) -> float:
    if on_spark:
        return value("spark_start_s") + spark_vcpu_seconds(kind, volumes) / quotas.value("emr_vcpus")
    gb_seconds = ASSUMED[f"{kind}_gb_s"].value
    gb_seconds += volumes.kept_lines / 1e6 * ASSUMED[f"{kind}_gb_s_a_million_lines"].value
    return gb_seconds / (deployed.train_mb / 1_024)


def _in_shards(
    name: str, kind: str, seconds: float, shards: int, deployed: Deployed, quotas: Quotas
) -> float:
    """Return how long all shards take: so many side by side, and no faster than the table takes writes."""
    side_by_side = -(-shards // deployed.shards_at_once) * seconds
    if name == "lists":
        return side_by_side
    units = units_a_customer(kind) * shards * deployed.customers_a_shard
    return max(side_by_side, units / quotas.value("dynamodb_table_writes"))

"""A month of a large shop, part by part: the estimate's lines, Spark's hours, the gateway's tiers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from patronage.logic.cost.estimate import estimate
from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.engine_choice import SPARK
from patronage.logic.scale.measured import value
from patronage.logic.scale.times import (
    KINDS,
    publishing_seconds,
    run_bytes,
    shard_stages,
    spark_vcpu_seconds,
    units_a_customer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.cost.prices import Prices
    from patronage.logic.cost.volumes import Volumes
    from patronage.logic.scale.quotas import Quotas
    from patronage.logic.scale.shop import Deployed

PARTS = ("storage", "runs", "publishing", "lookups", "events", "other")
_STORED = ("s3_gb_month", "dynamodb_gb_month")
_IN_SHARDS = ("publishing segments", "publishing recommendations")
"""Lines of the estimate that are counted here by the customer's measured units instead."""
_RUNS_A_MONTH = {"segmentation": "segmentations", "training": "trainings"}
_STATES_A_SHARD = 2
"""Of a child of a Map: its task, and one to be tried again or to write Parquet."""


def bill(
    volumes: Volumes, prices: Prices, quotas: Quotas, deployed: Deployed, *, engine: str
) -> dict[str, float]:
    """Return USD a month of each of `PARTS`, nothing counted as free.

    What a part costs that only visitors or only events cause is the difference that they make.
    """
    posts = round(volumes.events / value("events_a_request"))
    quiet = _by_what(replace(volumes, lookups=0, events=0), prices)
    visited = _by_what(replace(volumes, events=0), prices)
    busy = _by_what(replace(volumes, events=posts), prices)
    found = dict.fromkeys(PARTS, 0.0)
    for (service, what, price), usd in quiet.items():
        if what not in _IN_SHARDS and not _is_replaced(what, service, engine):
            found[_part_of(what, price)] += usd
    found["lookups"] = _total(visited) - _total(quiet)
    found["events"] = _total(busy) - _total(visited) + _ingest(volumes.events - posts, prices)
    _tier(found, volumes.lookups, posts, prices, quotas)
    found["storage"] += _kept_runs(volumes, prices) + _events(volumes, prices)
    found["publishing"] += _publishing(volumes, prices) + _shards(volumes, prices, deployed)
    lists = ASSUMED["trainings"].value * volumes.customers * value("lists_ms") / 1e3
    if engine != SPARK:
        found["runs"] += prices.usd("lambda_gb_second", lists * deployed.train_mb / 1024)
    else:
        found["runs"] += spark_usd(lists, quotas)
        for kind, runs in _RUNS_A_MONTH.items():
            found["runs"] += ASSUMED[runs].value * spark_usd(spark_vcpu_seconds(kind, volumes), quotas)
    return found


def spark_usd(vcpu_seconds: float, quotas: Quotas) -> float:
    """Return what work on EMR Serverless costs, its memory with it."""
    hours = vcpu_seconds / 3600
    return quotas.usd("emr_vcpu_hour", hours) + quotas.usd("emr_gb_hour", hours * value("spark_gb_a_vcpu"))


def _by_what(volumes: Volumes, prices: Prices) -> Mapping[tuple[str, str, str], float]:
    lines = estimate(volumes, prices)["lines"]
    return {(each["service"], each["what"], each["price"]): each["usd_without_free"] for each in lines}


def _total(lines: Mapping[tuple[str, str, str], float]) -> float:
    return sum(lines.values())


def _part_of(what: str, price: str) -> str:
    if price in _STORED:
        return "storage"
    if what.startswith("publishing"):
        return "publishing"
    return "runs" if what.startswith(KINDS) else "other"


def _is_replaced(what: str, service: str, engine: str) -> bool:
    """Say whether the estimate's computing of a machine gives way to Spark's."""
    return engine == SPARK and service == "Lambda" and what.endswith("computing") and what.startswith(KINDS)


def _ingest(rows: float, prices: Prices) -> float:
    """Return what taking in the rows costs that the estimate did not see, events of a request beyond one."""
    return prices.usd("lambda_gb_second", rows / 1e6 * ASSUMED["ingest_gb_s_a_million_lines"].value)


def _tier(found: dict[str, float], lookups: float, posts: float, prices: Prices, quotas: Quotas) -> None:
    """Give the gateway's price by tiers for its flat one, to lookups and posts alike."""
    requests = lookups + posts
    saved = prices.usd("api_request", requests) - quotas.api_usd(requests)
    for part, share in (("lookups", lookups), ("events", posts)):
        found[part] -= saved * share / requests if requests else 0


def _kept_runs(volumes: Volumes, prices: Prices) -> float:
    """Return what the outputs of a month's runs cost to keep for a month; nothing takes old runs away."""
    left = sum(ASSUMED[runs].value * run_bytes(kind) for kind, runs in _RUNS_A_MONTH.items())
    return prices.usd("s3_gb_month", left * volumes.customers / 2**30)


def _events(volumes: Volumes, prices: Prices) -> float:
    """Return what keeping the events costs: in the lake, and as they arrived, twice that."""
    return prices.usd("s3_gb_month", 3 * value("event_bytes") * volumes.kept_events / 2**30)


def _publishing(volumes: Volumes, prices: Prices) -> float:
    """Return what writing customers' items costs, and giving the superseded ones their end."""
    units = sum(
        ASSUMED[_RUNS_A_MONTH[kind]].value * units_a_customer(kind) * volumes.customers for kind in KINDS
    )
    units += ASSUMED["trainings"].value * 2 * volumes.products
    return prices.usd("dynamodb_write", ASSUMED["writes_an_item"].value * units)


def _shards(volumes: Volumes, prices: Prices, deployed: Deployed) -> float:
    """Return what the Maps over shards cost: states, calls, the functions' time, and objects."""
    shards = deployed.shards(volumes.customers)
    usd = 0.0
    for kind in KINDS:
        runs = ASSUMED[_RUNS_A_MONTH[kind]].value
        calls = runs * shards * len(shard_stages(kind, deployed))
        usd += prices.usd("states_transition", calls * _STATES_A_SHARD) + prices.usd("lambda_request", calls)
        usd += prices.usd("s3_put", runs * shards * value("puts_a_shard"))
        seconds = runs * shards * publishing_seconds(kind, deployed)
        usd += prices.usd("lambda_gb_second", seconds * deployed.publish_mb / 1024)
    return usd

"""What a shop of a size asks of each limit that it could meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.engine_choice import SPARK
from patronage.logic.scale.measured import value
from patronage.logic.scale.shop import Traffic
from patronage.logic.scale.times import KINDS, run_time, shard_rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.logic.cost.volumes import Volumes
    from patronage.logic.scale.quotas import Quotas
    from patronage.logic.scale.shop import Deployed

MB = 2**20
_EVENTS_A_STATE = 5
"""Of a task in a history: entered, scheduled, started, ended, left.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html"""
_LAMBDA_PARALLEL = 5
"""Branches of a segmentation side by side."""


class Limit(NamedTuple):
    """Something that a shop could have too much for.

    Parameters
    ----------
    name : str
        What is limited.
    unit : str
        What is counted.
    asked, most : float
        What the shop asks for, and what there is of it as deployed in a new account.
    """

    name: str
    unit: str
    asked: float
    most: float

    @property
    def share(self) -> float:
        """How much of the limit is asked for; over 1 it must be raised, or met in another way."""
        return self.asked / self.most


def limits(volumes: Volumes, deployed: Deployed, quotas: Quotas, *, engine: str) -> list[Limit]:
    """Return every limit, in the order of docs/scale.md."""
    return [
        *_throughput(volumes, deployed, quotas),
        *_hot_keys(volumes, deployed, quotas),
        *_runs(volumes, deployed, quotas, engine=engine),
        *_one_function(volumes, deployed, engine=engine),
    ]


def environments(volumes: Volumes, quotas: Quotas) -> float:
    """Return how many environments of `lookup` the busiest hour needs."""
    return max(1.0, _environments(Traffic.of(volumes).lookups, ASSUMED["lookup_ms"].value, quotas))


def _environments(a_second: float, ms: float, quotas: Quotas) -> float:
    """Return how many calls need: each holds one for its time, and one answers only so many a second."""
    return max(a_second * ms / 1e3, a_second / quotas.value("lambda_requests_an_environment"))


def _throughput(volumes: Volumes, deployed: Deployed, quotas: Quotas) -> Iterator[Limit]:
    traffic = Traffic.of(volumes)
    yield Limit("usage plan", "requests/s", traffic.lookups, deployed.requests_a_second)
    yield Limit("API Gateway", "requests/s", traffic.requests, quotas.value("api_requests"))
    collecting = _environments(traffic.posts, ASSUMED["collect_ms"].value, quotas)
    calls = environments(volumes, quotas) + collecting + deployed.shards_at_once + _LAMBDA_PARALLEL
    yield Limit("Lambda concurrency", "calls at once", calls, quotas.value("lambda_concurrency"))
    reads = traffic.lookups * ASSUMED["reads_a_lookup"].value + traffic.posts
    yield Limit("DynamoDB reads", "read units/s", reads, quotas.value("dynamodb_table_reads"))


def _hot_keys(volumes: Volumes, deployed: Deployed, quotas: Quotas) -> Iterator[Limit]:
    """Yield the keys that every environment reads: the pointer each minute, a new catalogue within one."""
    a_second = environments(volumes, quotas) / deployed.pointer_seconds
    most = quotas.value("dynamodb_key_reads")
    yield Limit("pointer", "read units/s of a key", a_second * value("pointer_units"), most)
    yield Limit("catalogue page", "read units/s of a key", a_second * value("page_units"), most)


def _runs(volumes: Volumes, deployed: Deployed, quotas: Quotas, *, engine: str) -> Iterator[Limit]:
    history = ASSUMED["transitions_a_run"].value * _EVENTS_A_STATE
    yield Limit("Step Functions history", "events", history, quotas.value("states_history_events"))
    children = quotas.value("states_children_at_once")
    yield Limit("children of a Map", "at once", deployed.shards_at_once, children)
    times = {kind: run_time(kind, volumes, deployed, quotas, engine=engine) for kind in KINDS}
    units = max(shard_rate(kind, deployed) * deployed.shards_at_once for kind in KINDS)
    yield Limit("DynamoDB writes", "write units/s", units, quotas.value("dynamodb_table_writes"))
    puts = deployed.shards_at_once * value("puts_a_shard")
    yield Limit("S3 writes", "PUT/s of a run", puts, quotas.value("s3_puts"))
    lake = volumes.kept_lines * ASSUMED["line_bytes"].value + volumes.kept_events * value("event_bytes")
    read = lake / (value("read_mb") * MB)
    work = times["segmentation"].stages[0].seconds
    yield Limit("S3 reads", "GET/s of a run", read / work, quotas.value("s3_gets"))
    if engine == SPARK:
        vcpus = max(each.needed_vcpus for each in times.values())
        yield Limit("EMR Serverless", "vCPUs for a run in time", vcpus, quotas.value("emr_vcpus"))
        jobs = max(each.before_publishing for each in times.values())
        yield Limit("time of a Spark job", "s as deployed", jobs, deployed.job_seconds)
    for kind, each in times.items():
        yield Limit(f"time of a {kind}", "s as deployed", each.seconds, deployed.run_seconds)


def _one_function(volumes: Volumes, deployed: Deployed, *, engine: str) -> Iterator[Limit]:
    """Yield what one function holds, or does in one call, however many shards there are."""
    staged = volumes.customers * value("staged_bytes") / MB
    yield Limit("files of a shard of segments", "MB of disk", staged, deployed.publish_tmp_mb)
    if engine == SPARK:
        cells = min(volumes.kept_lines, volumes.products * value("days") * value("groups"))
        counted = cells * value("counted_bytes") / MB
        yield Limit("purchases counted on the driver", "MB of memory", counted, deployed.driver_mb)
    else:
        read = volumes.kept_lines * value("interaction_bytes") / MB
        yield Limit("purchases of a shard of lists", "MB of memory", read, deployed.train_mb)
    members = volumes.customers * value("members_ms") / 1e3
    yield Limit("members of a method's segments", "s of one call", members, deployed.call_seconds)
    catalogue = volumes.products * value("catalogue_bytes") / MB
    yield Limit("catalogue in a lookup", "MB of memory", catalogue, deployed.lookup_mb)

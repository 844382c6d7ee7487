"""A month's bill before anything is deployed: each line a quantity times a list price."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.cost.items import UNIT_BYTES
from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.monitor.metrics import GENERATION_AGE, METRICS, RUN_COST, RUNS_FAILED, metrics_count
from patronage.logic.monitor.new_data import BUCKET_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.logic.cost.prices import Prices
    from patronage.logic.cost.volumes import Volumes

DAYS, HOURS = 30, 24
SECONDS_A_MONTH = DAYS * HOURS * 3600
ALARMS, SECRETS, DASHBOARDS = 10, 2, 1
GB, MILLION = 2**30, 1e6
LOOKUP_GB, COLLECT_GB = 1.0, 0.5
FIREHOSE_RECORD_KB = 5
_HOURS_OF_RUNS = 2
"""Hours of a day in which a metric of runs is written; a metric is billed by the hour."""


class Line(NamedTuple):
    """A line of the bill.

    Parameters
    ----------
    service, what : str
        Whose it is, and what for.
    price : str
        Name of the price.
    quantity : float
        Units a month.
    is_idle : bool
        It is billed though nobody comes.
    """

    service: str
    what: str
    price: str
    quantity: float
    is_idle: bool = False


def estimate(volumes: Volumes, prices: Prices) -> dict[str, Any]:
    """Return a month's lines and totals, in USD, with and without what is free in every account for ever.

    A free allowance goes to the idle lines first. It is the account's: where other systems use it up, the
    totals ``without_free`` hold.
    """
    lines = [*_idle(volumes), *_runs(volumes), *_visitors(volumes), *_uploads(volumes)]
    left = {name: price.free for name, price in prices.by_name.items()}
    rows = []
    for line in sorted(lines, key=lambda each: not each.is_idle):
        free = min(left[line.price], line.quantity)
        left[line.price] -= free
        rows.append(
            {
                **line._asdict(),
                "unit": prices.by_name[line.price].unit,
                "usd": prices.usd(line.price, line.quantity - free),
                "usd_without_free": prices.usd(line.price, line.quantity),
            }
        )
    idle = [row for row in rows if row["is_idle"]]
    return {
        "prices_read_on": prices.read_on,
        "region": prices.region,
        "volumes": asdict(volumes),
        "assumptions": {name: each._asdict() for name, each in ASSUMED.items()},
        "lines": rows,
        "idle": _total(idle),
        "month": _total(rows),
    }


def _total(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {name: round(sum(row[name] for row in rows), 4) for name in ("usd", "usd_without_free")}


def _value(name: str) -> float:
    return ASSUMED[name].value


def _idle(volumes: Volumes) -> Iterator[Line]:
    """Yield what is billed though no order, event or visitor comes."""
    yield Line("CloudWatch", "alarms", "alarm", ALARMS, True)
    yield Line("CloudWatch", "dashboard", "dashboard", DASHBOARDS, True)
    yield Line("CloudWatch", "metrics of runs and ages", "metric", _idle_metrics(), True)
    yield Line("Secrets Manager", "secrets", "secret", SECRETS, True)
    yield Line("SQS", "asking the queue", "sqs_request", _value("pollers") * SECONDS_A_MONTH / 20, True)
    yield Line("Scheduler", "daily starts", "scheduler_invocation", 2 * DAYS, True)
    yield from _of_runs("monitoring", DAYS, _value("monitoring_gb_s"), is_idle=True)
    yield from _of_runs("upkeep", DAYS, _value("upkeep_gb_s"), is_idle=True)
    stored = 3 * _value("line_bytes") * volumes.kept_lines / GB
    yield Line("S3", "uploads and lake", "s3_gb_month", stored, True)
    served = (1 + _value("items_a_customer")) * volumes.customers + 2 * volumes.products
    items = 2 * served * _value("item_bytes") / GB
    yield Line("DynamoDB", "two generations", "dynamodb_gb_month", items, True)


def _idle_metrics() -> float:
    """Return the metrics that runs write, as metrics of whole months: they are billed by the hour."""
    of_runs = sum(max(1, len(each.families)) for each in METRICS if each in _WRITTEN_BY_RUNS)
    return of_runs * _HOURS_OF_RUNS / HOURS


_WRITTEN_BY_RUNS = (GENERATION_AGE, RUNS_FAILED, RUN_COST)


def _of_runs(name: str, runs: float, gb_seconds: float, *, is_idle: bool = False) -> Iterator[Line]:
    """Yield what the runs of a machine take: computing, states, and the requests to S3."""
    transitions, objects = _value("transitions_a_run"), _value("objects_a_run")
    yield Line("Lambda", f"{name}: computing", "lambda_gb_second", runs * gb_seconds, is_idle)
    yield Line("Step Functions", f"{name}: states", "states_transition", runs * transitions, is_idle)
    yield Line("X-Ray", f"{name}: traces", "trace", runs * _value("traces_a_run"), is_idle)
    yield Line("Lambda", f"{name}: requests", "lambda_request", runs * _value("calls_a_run"), is_idle)
    yield Line("S3", f"{name}: writing", "s3_put", runs * objects, is_idle)
    yield Line("S3", f"{name}: reading", "s3_get", runs * 3 * objects, is_idle)


def _runs(volumes: Volumes) -> Iterator[Line]:
    if not volumes.orders:
        return  # nothing changes, so nothing is made anew
    millions = volumes.kept_lines / MILLION
    for name, each in (("segmentation", "segmentations"), ("training", "trainings")):
        work = _value(f"{name}_gb_s") + millions * _value(f"{name}_gb_s_a_million_lines")
        yield from _of_runs(name, _value(each), work)
    written = _value("writes_an_item") * _value("units_an_item")
    of_customers = written * _value("segmentations") * _value("items_a_customer") * volumes.customers
    yield Line("DynamoDB", "publishing segments", "dynamodb_write", of_customers)
    lists = volumes.customers + 2 * volumes.products
    yield Line(
        "DynamoDB", "publishing recommendations", "dynamodb_write", written * _value("trainings") * lists
    )
    yield Line("DynamoDB", "publishing pages", "dynamodb_write", _pages(volumes))
    yield Line("SNS", "alerts", "sns_email", _value("alerts"))
    yield Line("Cognito", "people signed in", "sign_in", _value("signed_in"))


def _pages(volumes: Volumes) -> float:
    """Return the write units of what is published in pages: figures by every run, and lists of members."""
    runs = _value("segmentations") + _value("trainings") + DAYS
    of_members = _value("page_bytes_a_customer") * volumes.customers / UNIT_BYTES
    units = runs * _value("page_units_a_run") + _value("segmentations") * of_members
    return _value("writes_an_item") * units


def _visitors(volumes: Volumes) -> Iterator[Line]:
    posts = volumes.events / _value("events_a_request")
    requests = volumes.lookups + posts
    yield Line("API Gateway", "lookups", "api_request", volumes.lookups)
    yield Line("API Gateway", "posted events", "api_request", posts)
    yield Line("Lambda", "requests", "lambda_request", requests)
    yield Line(
        "Lambda",
        "lookups: computing",
        "lambda_gb_second",
        volumes.lookups * _value("lookup_ms") / 1e3 * LOOKUP_GB,
    )
    yield Line(
        "Lambda", "events: computing", "lambda_gb_second", posts * _value("collect_ms") / 1e3 * COLLECT_GB
    )
    yield Line("DynamoDB", "lookups", "dynamodb_read", volumes.lookups * _value("reads_a_lookup"))
    yield Line("DynamoDB", "visits read", "dynamodb_read", posts)
    yield Line("DynamoDB", "visits written", "dynamodb_write", posts)
    yield Line("Firehose", "events", "firehose_gb", volumes.events * FIREHOSE_RECORD_KB / 1024**2)
    yield Line("CloudWatch", "logs", "log_gb", requests * _value("log_kb_a_request") / 1024**2)
    yield Line("CloudWatch", "logs kept", "log_gb_month", requests * _value("log_kb_a_request") / 1024**2)
    if requests:
        reads = _value("environments") * SECONDS_A_MONTH / 300
        yield Line("Secrets Manager", "reading the visitors' secret", "secret_read", reads)
    in_use = metrics_count() - _idle_metrics() if requests or volumes.uploads else 0
    yield Line("CloudWatch", "metrics of answers and uploads", "metric", in_use)


def _uploads(volumes: Volumes) -> Iterator[Line]:
    files = volumes.uploads + (DAYS * HOURS * 4 if volumes.events else 0)  # Firehose delivers each 15 minutes
    work = files * _value("ingest_gb_s_an_upload")
    rows = volumes.order_lines + volumes.events
    work += rows / MILLION * _value("ingest_gb_s_a_million_lines")
    yield Line("Lambda", "ingest: computing", "lambda_gb_second", work)
    yield Line("EventBridge", "uploads", "eventbridge_event", files)
    yield Line("SQS", "uploads", "sqs_request", 3 * files)
    yield Line("S3", "ingest: writing", "s3_put", 10 * files)
    yield Line("S3", "ingest: reading", "s3_get", 20 * files)
    yield from _after_uploads(min(volumes.uploads, SECONDS_A_MONTH / BUCKET_SECONDS))


def _after_uploads(runs: float) -> Iterator[Line]:
    """Yield what the runs of monitoring take that uploads start: one for all of ten minutes."""
    name = "monitoring after uploads"
    yield Line("Lambda", f"{name}: computing", "lambda_gb_second", runs * _value("uploads_gb_s"))
    transitions = runs * _value("uploads_transitions")
    yield Line("Step Functions", f"{name}: states", "states_transition", transitions)
    yield Line("X-Ray", f"{name}: traces", "trace", runs)


def by_service(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the totals of each service, the dearest first."""
    totals: dict[str, dict[str, float]] = {}
    for row in answer["lines"]:
        of_service = totals.setdefault(row["service"], {"usd": 0.0, "usd_without_free": 0.0})
        for name in of_service:
            of_service[name] += row[name]
    rows = [{"service": service, **usd} for service, usd in totals.items()]
    return sorted(rows, key=lambda row: -row["usd_without_free"])

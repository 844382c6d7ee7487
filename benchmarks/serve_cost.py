"""What a million of each costs: durations measured here times the list prices of `patronage.logic.cost`."""

from __future__ import annotations

from patronage.logic.cost.prices import list_prices

FIREHOSE_RECORD_KB = 5
LOOKUP_GB, COLLECT_GB = 1.0, 0.5
EVENTS_A_REQUEST = 10
MILLION = 1e6
LOOKUPS_BASELINE = ("API Gateway's own price", list_prices().usd("api_request", MILLION))
EVENTS_BASELINE = ("API Gateway's price of a million requests", list_prices().usd("api_request", MILLION))


def lookups_usd(milliseconds: float) -> float:
    """Price a million plain lookups: two strongly consistent items a lookup, the user's and the visit's."""
    return _answers(milliseconds, LOOKUP_GB) + list_prices().usd("dynamodb_read", 2 * MILLION)


def events_usd(milliseconds_a_request: float) -> float:
    """Price a million events, ten a request: one session read and written, and one record, a request."""
    usd = list_prices().usd
    each = _answers(milliseconds_a_request, COLLECT_GB)
    each += usd("dynamodb_read", MILLION) + usd("dynamodb_write", MILLION)
    each += usd("firehose_gb", MILLION * FIREHOSE_RECORD_KB / 1024**2)
    return each / EVENTS_A_REQUEST


def refresh_usd(units_an_item: float, *, retires: bool = True) -> float:
    """Price a million users' items written, and the superseded ones given an end, one more write of each."""
    return list_prices().usd("dynamodb_write", units_an_item * MILLION * (2 if retires else 1))


def _answers(milliseconds: float, gigabytes: float) -> float:
    """Price a million requests that a function answers."""
    usd = list_prices().usd
    compute = usd("lambda_gb_second", milliseconds / 1e3 * gigabytes * MILLION)
    return usd("api_request", MILLION) + usd("lambda_request", MILLION) + compute

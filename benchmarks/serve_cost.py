"""What a million of each costs: measured durations times list prices.

Of us-east-1, read on 2026-11-28. API Gateway REST: USD 3.50 a million requests. Lambda on arm64: USD 0.20 a
million requests and USD 0.0000133334 a GB-second. DynamoDB on demand: USD 0.125 a million read units (4 KB,
half of one where eventually consistent) and USD 0.625 a million write units (1 KB). Firehose: USD 0.029 a GB,
each record rounded up to 5 KB.
"""

from __future__ import annotations

GATEWAY = 3.50
LAMBDA_REQUESTS = 0.20
LAMBDA_GB_SECOND = 0.0000133334
READS, WRITES = 0.125, 0.625
FIREHOSE_GB, FIREHOSE_RECORD_KB = 0.029, 5
LOOKUP_GB, COLLECT_GB = 1.0, 0.5
EVENTS_A_REQUEST = 10
LOOKUPS_BASELINE = ("API Gateway's own price", GATEWAY)
EVENTS_BASELINE = ("API Gateway's price of a million requests", GATEWAY)


def lookups_usd(milliseconds: float) -> float:
    """Price a million plain lookups: two strongly consistent items a lookup, the user's and the visit's."""
    return GATEWAY + LAMBDA_REQUESTS + _compute(milliseconds, LOOKUP_GB) + 2 * READS


def events_usd(milliseconds_a_request: float) -> float:
    """Price a million events, ten a request: one session read and written, and one record, a request."""
    requests = 1 / EVENTS_A_REQUEST
    each = GATEWAY + LAMBDA_REQUESTS + _compute(milliseconds_a_request, COLLECT_GB) + READS + WRITES
    firehose = 1e6 * FIREHOSE_RECORD_KB / 1024**2 * FIREHOSE_GB
    return (each + firehose) * requests


def refresh_usd(units_an_item: float, *, retires: bool = True) -> float:
    """Price a million users' items written, and the superseded ones given an end, one more write of each."""
    return units_an_item * WRITES * (2 if retires else 1)


def _compute(milliseconds: float, gigabytes: float) -> float:
    return milliseconds / 1e3 * gigabytes * LAMBDA_GB_SECOND * 1e6

"""What does not run here, on paper: a month of 100,000 customers and a million lookups at list prices."""

from __future__ import annotations

from typing import NamedTuple

from patronage.logic.cost.estimate import SECONDS_A_MONTH, estimate
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import Volumes
from patronage.logic.scale.measured import value
from patronage.logic.scale.quotas import quotas

CUSTOMERS, LOOKUPS = 100_000, 1_000_000
SHOP = Volumes(
    customers=CUSTOMERS, products=20_000, orders=50_000, order_lines=150_000, events=0, lookups=LOOKUPS
)
"""The estimate's usual shop, ten times as large; without events, which none of the others is priced for."""
TRAININGS = 30 / 7
"""Once a week, as Amazon Personalize trains by itself:
https://docs.aws.amazon.com/personalize/latest/dg/solution-config-auto-training.html"""
HOURS, NIGHTS = 730, 30
SPARK_CPU_S, SPARK_LINES = 67.0, 525_461
"""Seconds of processors of Spark alone, and of how many lines: `make bench NAME=comparison`."""
PERSONALIZE_REQUEST, PERSONALIZE_INTERACTION, PERSONALIZE_GB = 0.15 / 1e3, 0.002 / 1e3, 0.05
"""USD of User-Personalization-v2. The page, https://aws.amazon.com/personalize/pricing/, shows its prices by
script alone; these are as notes of three independent readers quote it, looked up on `READ_ON`."""
INTERACTION_BYTES = 100
MACHINE_HOUR = 0.0832
"""USD of a t3.large (2 vCPUs, 8 GB) on demand, us-east-1; https://go-cloud.io/?p=10607, on `READ_ON`."""
READ_ON = "2026-11-29"


class Alternative(NamedTuple):
    """What a month costs elsewhere, what is in it, and where the prices stand."""

    name: str
    usd: float
    what: str
    source: str


def alternatives() -> list[Alternative]:
    """Return ours and the others."""
    ours = estimate(SHOP, list_prices())["month"]
    return [
        Alternative(
            "Patronage",
            ours["usd_without_free"],
            "daily segments, weekly training, publishing, lookups, alarms; nothing counted as free",
            "`patronage cost`, prices of " + list_prices().read_on,
        ),
        Alternative(
            "Amazon Personalize",
            personalize_usd(at_least_a_second=1),
            "import, weekly training, one campaign; it bills one request a second at least",
            "read: [minimum]"
            "(https://docs.aws.amazon.com/powershell/latest/reference/items/New-PERSCampaign.html); "
            "quoted: [prices](https://aws.amazon.com/personalize/pricing/), which that page shows by script "
            f"alone, as three independent notes give them; {READ_ON}",
        ),
        Alternative(
            "Amazon Personalize, requests alone",
            personalize_usd(at_least_a_second=0),
            "the same, were there no minimum",
            "the same",
        ),
        Alternative(
            "scripts with implicit or SAR",
            machine_usd(),
            "one machine (t3.large) that runs them each night and answers lookups from memory; what answers, "
            "watches and measures is still to be written",
            "the price as Gorse's",
        ),
        Alternative(
            "Spark alone",
            machine_usd() + spark_usd(),
            "the same machine for lookups, and a nightly job on EMR Serverless that takes as long a line as "
            "the run above",
            "the same, and EMR's of `logic/scale/quotas.toml`",
        ),
        Alternative(
            "Gorse",
            machine_usd(),
            "one machine (t3.large) for the master, a worker, a server, the database and the cache; "
            "a second for when it fails is as much again",
            "read: [parts](https://docs.gorse.io/introduction/), and AWS's price as "
            f"[this page](https://go-cloud.io/?p=10607) quotes it; {READ_ON}",
        ),
    ]


def personalize_usd(*, at_least_a_second: float) -> float:
    """Return a month of Amazon Personalize: a campaign bills its requests, or its minimum if that is more."""
    interactions = SHOP.kept_lines
    requests = max(LOOKUPS, at_least_a_second * SECONDS_A_MONTH)
    imported = SHOP.order_lines * INTERACTION_BYTES / 2**30 * PERSONALIZE_GB
    return requests * PERSONALIZE_REQUEST + TRAININGS * interactions * PERSONALIZE_INTERACTION + imported


def machine_usd() -> float:
    """Return a month of one machine."""
    return HOURS * MACHINE_HOUR


def spark_usd() -> float:
    """Return a month of nightly jobs on EMR Serverless over all lines that are kept."""
    vcpu_hours = SHOP.kept_lines / SPARK_LINES * SPARK_CPU_S / 3_600 * NIGHTS
    prices, gb_hours = quotas(), vcpu_hours * value("spark_gb_a_vcpu")
    return prices.usd("emr_vcpu_hour", vcpu_hours) + prices.usd("emr_gb_hour", gb_hours)

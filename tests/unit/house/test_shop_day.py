"""The day of an instant, held against DuckDB's own `timezone()`, which is what it stands for."""

from __future__ import annotations

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.settings import Shop
from tests_support import some

ZONES = [
    "Europe/London",
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Africa/Casablanca",  # four changes in a year, by the moon
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Tehran",
    "America/Caracas",
    "Pacific/Apia",  # skipped the 30th of December 2011
    "Asia/Pyongyang",
]


@pytest.mark.parametrize("zone", some(ZONES, every=4))
def test_days_are_those_of_the_zone_at_every_hour_and_around_every_minute_of_a_change(zone):
    asked = f"CAST(timezone('{zone}', t) AS DATE)"
    with DuckEngine(Shop(timezone=zone)) as engine:
        engine.run(
            "CREATE TABLE instants AS "
            "SELECT UNNEST(generate_series(TIMESTAMPTZ '2003-01-01 00:00:00+00', "
            "TIMESTAMPTZ '2038-12-31 00:00:00+00', INTERVAL 30 MINUTE)) AS t"
        )
        engine.run("INSERT INTO instants SELECT t - INTERVAL 1 MICROSECOND FROM instants")
        assert engine.rows(f"SELECT t FROM instants WHERE shop_day(t) <> {asked} LIMIT 3") == []


@pytest.mark.parametrize(
    "instant", ["1969-12-31 23:59:59+00", "0001-01-01 00:00:00+00", "9999-12-31 23:59:59+00", "infinity"]
)
def test_far_days_are_those_of_the_zone(instant):
    with DuckEngine(Shop(timezone="America/New_York")) as engine:
        engine.run(f"CREATE TABLE instants AS SELECT TIMESTAMPTZ '{instant}' AS t")
        engine.run("INSERT INTO instants VALUES (NULL)")
        found = engine.rows(
            "SELECT CAST(shop_day(t) AS VARCHAR) AS day, "
            "CAST(CAST(timezone('America/New_York', t) AS DATE) AS VARCHAR) AS asked FROM instants"
        )
    assert all(row["day"] == row["asked"] for row in found)
    assert [row["day"] is None for row in found] == [False, True]

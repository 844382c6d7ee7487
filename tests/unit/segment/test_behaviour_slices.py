"""Slices of segments by what is known of the customers besides their behaviour."""

from __future__ import annotations

from patronage.logic.segments.slices import MOST_SLICES
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.segment import behaviour
from patronage.stores.objects import read_json
from tests_support import NOW

ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at,country,channel\n"
CUSTOMERS = "customer_id,country,gender,age,channel,created_at\n"


def sliced(lake, shop):
    """Return, by what was sliced, (value, is_rest) to customers and money over all segments."""
    pin("run", "segments", lake, shop, now=NOW)
    with pinned_engine(Manifest.load(lake.store, "run"), lake) as engine:
        path = lake.store.root / "runs/run/segments/customers.parquet"
        path.parent.mkdir()
        engine.parquet(
            "SELECT customer_id, "
            "CASE WHEN SUM(net_minor) > 900 THEN 'champions' ELSE 'lost' END AS segment_id, "
            "0 AS cluster_id, CAST(NULL AS VARCHAR) AS behaviour_id, 'active' AS lifecycle_id, "
            "CAST(SUM(net_minor) AS BIGINT) AS net_minor "
            "FROM orders WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id",
            path,
        )
    behaviour.slices("run", lake)
    written = read_json(lake.store, "runs/run/segments/slices.json")
    assert not any(row for rows in written["behaviour"].values() for row in rows)
    assert {by: summed(rows) for by, rows in written["lifecycle"].items()} == {
        by: summed(rows) for by, rows in written["rfm"].items()
    }
    return {by: summed(rows) for by, rows in written["rfm"].items()}


def summed(rows):
    found = {}
    for row in rows:
        cell = (row["value"], row["is_rest"])
        customers, net_minor = found.get(cell, (0, 0))
        found[cell] = (customers + row["customers"], net_minor + row["net_minor"])
    return found


def test_country_channel_age_and_registration_slice_the_segments(ingest_text, lake, shop):
    ingest_text(
        ORDERS
        + "o1,a,p,1,10,2026-01-01T10:00:00Z,FR,web\n"  # the customers table says more
        + "o2,b,p,1,20,2026-01-02T10:00:00Z,,\n"
        + "o3,b,p,1,20,2026-01-03T10:00:00Z,DE,shop\n"
        + "o4,b,p,1,20,2026-01-04T10:00:00Z,US,web\n"  # later than the first that is known
        + "o5,c,p,1,5,2026-01-05T10:00:00Z,,\n"
        + "o6,,p,1,99,2026-01-05T10:00:00Z,IT,web\n"
    )
    ingest_text(
        CUSTOMERS
        + "a,GB,F,39,mail,2025-12-31T23:30:00Z\n"
        + "c,,,25-34,,2026-01-01T00:00:00Z\n"
        + "idle,GB,M,40,mail,2020-01-01\n",  # neither orders nor events: in no segment
        key="raw/customers/a.csv",
    )
    assert sliced(lake, shop) == {
        "acquired_by": {("mail", False): (1, 1000), (None, False): (2, 6500)},
        "age": {("25-34", False): (1, 500), ("39", False): (1, 1000), (None, False): (1, 6000)},
        "channel": {("web", False): (1, 1000), (None, False): (2, 6500)},
        "country": {("FR", False): (1, 1000), (None, False): (2, 6500)},
        "gender": {("F", False): (1, 1000), (None, False): (2, 6500)},
        "home_country": {("GB", False): (1, 1000), (None, False): (2, 6500)},
        "registered_month": {
            ("2025-12", False): (1, 1000),
            ("2026-01", False): (1, 500),
            (None, False): (1, 6000),
        },
    }


def test_the_smallest_values_of_many_share_a_slice(ingest_text, lake, shop):
    lines = [
        f"o{n}-{k},c{n}-{k},p,1,10,2026-01-05,land{n:02d},\n" for n in range(53) for k in range(1 + (n < 3))
    ]
    ingest_text(ORDERS + "".join(lines))
    found = sliced(lake, shop)["country"]
    assert len(found) == MOST_SLICES + 1
    assert found[("land00", False)] == (2, 2000)
    assert found[("land09", False)] == (1, 1000)
    assert found[(None, True)] == (43, 43_000)


def test_without_a_customers_table_or_countries_there_is_nothing_to_slice_by(ingest_text, lake, shop):
    ingest_text(ORDERS + "o1,a,p,1,10,2026-01-01,,\n")
    assert sliced(lake, shop) == {}

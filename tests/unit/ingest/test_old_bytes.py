"""Bytes that came before, and were superseded since, come once more."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import ingest
from patronage.stores.objects import read_json
from tests_support import NOW, adds_up

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
OLD = HEADER + "o1,c,tea,1,10,2026-01-02\no2,c,tea,5,10,2026-01-02\n"
NEW = HEADER + "o1,c,tea,2,10,2026-01-02\n"


@pytest.fixture
def arrives(lake, shop, upload_text):
    """Ingest a content under a name, each a minute after the one before."""
    minutes = 0

    def run(content: str, name: str, **settings) -> dict:
        nonlocal minutes
        minutes += 1
        upload = upload_text(
            content, key=f"raw/orders/{name}", version=str(minutes), modified=NOW + timedelta(minutes=minutes)
        )
        report = ingest(upload, lake, Shop(**settings) if settings else shop, now=NOW)
        assert adds_up(report)
        return report

    return run


def quantities(lake) -> dict[str, int]:
    files = [str(path) for path in lake.snapshot("orders").files()]
    return {
        order: int(pieces)
        for order, pieces in duckdb.sql(
            f"SELECT order_id, SUM(quantity) FROM read_parquet({files}) GROUP BY ALL"
        ).fetchall()
    }


def test_under_another_name_they_change_nothing_and_the_report_says_so(arrives, lake):
    arrives(OLD, "december.csv")
    assert arrives(NEW, "january.csv")["replaced"] == 1
    version = lake.snapshot("orders").version

    again = arrives(OLD, "copy-of-december.csv")

    assert lake.snapshot("orders").version == version
    assert quantities(lake) == {"o1": 2, "o2": 5}
    assert (again["kept"], again["repeated"], again["net_minor"]) == (0, 2, 0)
    assert again["is_repeat_of_earlier_upload"]
    (doubt,) = [each for each in again["doubts"] if "uploaded before" in each]
    assert "as raw/orders/december.csv," in doubt
    assert "nothing was changed" in doubt


def test_the_report_stays_the_same_where_the_event_comes_twice(arrives, lake, shop, upload_text):
    arrives(OLD, "december.csv")
    arrives(NEW, "january.csv")
    upload = upload_text(OLD, key="raw/orders/copy.csv", version="9", modified=NOW + timedelta(hours=1))
    first = ingest(upload, lake, shop, now=NOW)
    assert ingest(upload, lake, shop, now=NOW) == first
    assert quantities(lake)["o1"] == 2


@pytest.mark.parametrize("names", [("a.csv", "a.csv", "a.csv"), ("a.csv", "b.csv", "a.csv")])
def test_as_a_newer_version_of_their_own_name_they_count_again(arrives, lake, names):
    arrives(OLD, names[0])
    arrives(NEW, names[1])
    again = arrives(OLD, names[2])
    assert quantities(lake) == {"o1": 1, "o2": 5}
    assert "doubts" not in again


def test_with_a_byte_changed_they_count_again(arrives, lake):
    arrives(OLD, "december.csv")
    arrives(NEW, "january.csv")
    arrives(OLD + "\n", "again.csv")
    assert quantities(lake) == {"o1": 1, "o2": 5}


def test_under_other_rules_they_compete_again(arrives, lake):
    arrives(OLD, "december.csv")
    arrives(NEW, "january.csv")
    arrives(OLD, "copy.csv", currency="USD", timezone="UTC")
    assert quantities(lake) == {"o1": 1, "o2": 5}


def test_bytes_that_lost_nothing_repeat_without_a_doubt(arrives, lake):
    arrives(OLD, "december.csv")
    again = arrives(OLD, "copy.csv")
    assert (again["kept"], again["repeated"]) == (0, 2)
    assert "doubts" not in again


def test_a_content_names_the_uploads_that_brought_it(arrives, lake):
    report = arrives(OLD, "a.csv")
    kept = read_json(lake.store, f"lake/reports/contents/{report['content']}.json")["uploads"]
    assert kept == [{name: report[name] for name in ("object", "key", "rules_number")}]

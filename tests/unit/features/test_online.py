"""Online values: packed, read back, and no answer once they are too old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from analytics_support import MemoryTable

import serving_support as support
from patronage.errors import BadField, NotFound
from patronage.logic.features import FEATURES, features_of
from patronage.logic.features.online import pack_values, served_values
from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import item_key
from patronage.steps.features.publishing import NAMES, VALUES
from patronage.steps.features.served import customer_features
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.objects import write_json
from patronage.stores.serving_reader import ServingReader
from tests_support import NOW

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
VALUES_OF = {
    "recency_days": 3,
    "visits_7d": 2,
    "net_per_occasion_minor": 705.6666870117188,  # as four bytes have it
    "favourite_category": "Zoë",
    "accepts_marketing": None,
}


def served(age: timedelta, only=()):
    packed = pack_values(list(VALUES_OF.values()))
    return served_values(list(VALUES_OF), packed, as_of=AS_OF, now=AS_OF + age, only=only)


def test_values_come_back_as_they_were():
    found = served(timedelta(hours=1))
    assert {name: each["value"] for name, each in found.items()} == VALUES_OF
    assert not any(each["expired"] for each in found.values())


@pytest.mark.parametrize("name", VALUES_OF)
def test_a_value_holds_for_its_time_to_live_and_no_longer(name):
    hours = FEATURES["customer"][name].ttl_hours
    kept = served(timedelta(hours=hours))[name]
    assert kept == {"value": VALUES_OF[name], "ttl_hours": hours, "expired": False}
    late = served(timedelta(hours=hours, microseconds=1))[name]
    assert late == {"value": None, "ttl_hours": hours, "expired": True}


def test_each_feature_ends_by_itself():
    found = served(timedelta(hours=100))
    assert {name for name, each in found.items() if each["expired"]} == {"visits_7d"}


def test_only_what_is_asked_for_is_answered():
    assert list(served(timedelta(0), only=["visits_7d"])) == ["visits_7d"]
    with pytest.raises(BadField, match="'orders' is no online feature"):
        served(timedelta(0), only=["orders"])


def test_a_feature_that_is_defined_no_more_is_left_out():
    found = served_values(["gone", "orders"], pack_values([1, 2]), as_of=AS_OF, now=AS_OF)
    assert {name: each["value"] for name, each in found.items()} == {"orders": 2}


def reader_of(*items: dict) -> FiguresReader:
    table = MemoryTable()
    table.put(*items)
    table.flip("run")
    return FiguresReader(table, ServingReader(table))


def test_who_is_not_known_is_not_found_and_who_has_no_values_has_nulls():
    document = {"names": ["orders"], "as_of": AS_OF.isoformat()}
    item = {"pk": item_key("customer", "run", "a"), "packed": pack_document({})[0]}
    page = {
        "pk": item_key("analytics", "run", "features#0"),
        "pages": 1,
        "packed": pack_document(document)[0],
    }
    reader = reader_of(item, page)
    found = customer_features(reader, "a", now=AS_OF)
    assert found["features"] == {"orders": {"value": None, "ttl_hours": 168, "expired": False}}
    with pytest.raises(NotFound, match="knows no customer 'A'"):
        customer_features(reader, "A", now=AS_OF)
    with pytest.raises(NotFound, match="was published without features"):
        customer_features(reader_of(item), "a", now=AS_OF)


@pytest.fixture
def api(client, store, table):
    """Publish a run in which ann has 4 orders, and give the function that answers."""
    support.make_segments(store, "run")
    names = [feature.name for feature in features_of("customer")]
    write_json(store, f"runs/run/{NAMES}", {"names": names, "as_of": (NOW - timedelta(hours=1)).isoformat()})
    columns = ", ".join("4 AS orders" if name == "orders" else f"NULL AS {name}" for name in names)
    with store.writing(f"runs/run/{VALUES}") as path:
        duckdb.sql(f"SELECT 'ann' AS customer_id, {columns}").write_parquet(str(path))
    support.publish_all(store, table, "run", "segments")
    return support.fresh_function("api")


@pytest.mark.parametrize("is_twin", [False, True])
def test_the_api_answers_with_age_and_expiry(api, is_twin, monkeypatch):
    monkeypatch.setattr("patronage.gateway.now", lambda: NOW)
    path = "/api/v1/customers/features" if is_twin else "/api/v1/customers/{customer_id}/features"
    answer = api(
        support.event(
            "aws-rest-segments",
            resource=path,
            pathParameters=None if is_twin else {"customer_id": "ann"},
            queryStringParameters={"names": "orders"} | ({"customer_id": "ann"} if is_twin else {}),
        )
    )
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert body["features"] == {"orders": {"value": 4, "ttl_hours": 168, "expired": False}}
    assert (body["age_seconds"], body["generation"], body["customer_id"]) == (3600, "run", "ann")


def test_the_api_answers_null_for_what_is_too_old(api, monkeypatch):
    monkeypatch.setattr("patronage.gateway.now", lambda: NOW + timedelta(days=8))
    answer = api(
        support.event(
            "aws-rest-segments",
            resource="/api/v1/customers/{customer_id}/features",
            pathParameters={"customer_id": "ann"},
            queryStringParameters={"names": "orders"},
        )
    )
    assert json.loads(answer["body"])["features"]["orders"] == {
        "value": None,
        "ttl_hours": 168,
        "expired": True,
    }

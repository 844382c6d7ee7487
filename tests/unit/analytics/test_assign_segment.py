"""Assigning a segment over the API: stored or supplied features, and what an admin may keep."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.errors import BadField, Conflict, Forbidden, NotFound
from patronage.logic.segments.supplied import LIMITS, features_schema
from patronage.steps import analytics
from patronage.steps.assign import assign_segment
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving_reader import ServingReader
from tests_support import NOW

SCORED = ("r", "f", "m", "scored_segment_id", "segment_id", "cluster_id")
CORE = {"recency_days": 3, "frequency": 4, "net_minor": 12_345}
FULL = CORE | {
    "occasions": 4,
    "net_per_occasion_minor": 3086.25,
    "items_per_occasion": Decimal("6.5"),
    "price_per_item_minor": 475.0,
    "distinct_product_share": 0.5,
    "categories": 0,
    "returned_share": 0,
    "discounted_share": 0,
    "days_between_occasions": None,
    "tenure_days": 200,
}
ANN = "c/04#é"


@pytest.fixture
def table(published) -> MemoryTable:
    """The published shop, to be changed."""
    table = MemoryTable()
    table.items = dict(published.table.items)
    return table


def ask(table: MemoryTable, customer_id: str = ANN, body: dict | None = None, **options) -> dict:
    return assign_segment(table.reader(), customer_id, body or {}, now=NOW, **options)


def stored(table: MemoryTable, customer_id: str = ANN) -> dict:
    return analytics.customer(table.reader(), customer_id, now=NOW)


def test_every_customer_gets_what_is_stored(table, published):
    keys = [key for key in table.items if key.startswith(f"customer#{published.live}#")]
    moved = 0
    for key in keys:
        customer_id = key.split("#", 2)[2]
        known, found = stored(table, customer_id), ask(table, customer_id)
        assert [found[name] for name in SCORED] == [known.get(name) for name in SCORED]
        moved += known["segment_id"] != known["scored_segment_id"]
        assert (found["supplied"], found["persisted"], found["generation"]) == ([], False, published.live)
    assert len(keys) == 71
    assert moved > 0
    assert table.items == published.table.items  # nothing is stored


def test_the_answer_says_what_it_stands_on(table):
    found = ask(table)
    known = stored(table)
    assert found["features"] == known["features"] | {
        name: known[name] for name in ("recency_days", "frequency", "net_minor")
    }
    assert found["previous_segment_id"] == known["segment_id"]
    assert found["segment_name"]
    assert found["cluster_name"]
    nearest = min(range(len(found["cluster_distances"])), key=found["cluster_distances"].__getitem__)
    assert found["cluster_id"] == str(nearest)
    assert (found["as_of"], found["currency"]) == (AS_OF, "GBP")
    json.dumps(found)


def test_a_supplied_feature_takes_the_place_of_the_stored_one(table):
    best = ask(table, body={"features": {"recency_days": 0, "frequency": 999, "net_minor": 10**9}})
    assert (best["r"], best["f"], best["m"], best["segment_id"]) == (5, 5, 5, "champions")
    assert best["supplied"] == ["frequency", "net_minor", "recency_days"]
    assert best["features"]["tenure_days"] == stored(table)["features"]["tenure_days"]
    gone = ask(table, body={"features": {"recency_days": 9_999}})
    assert (gone["r"], gone["f"]) == (1, stored(table)["f"])


def test_a_stranger_with_a_full_set_is_assigned(table):
    found = ask(table, "stranger", {"features": FULL})
    assert found["previous_segment_id"] is None
    assert found["segment_id"] == found["scored_segment_id"]
    assert found["cluster_id"] in {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
    assert found["cluster_lacks"] == []
    short = ask(table, "stranger", {"features": CORE})
    assert (short["segment_id"], short["cluster_id"]) == (found["segment_id"], None)
    assert "tenure_days" in short["cluster_lacks"]
    never = ask(table, "stranger", {"features": {"recency_days": None, "frequency": 0, "net_minor": -5}})
    assert (never["segment_id"], never["r"], never["cluster_id"]) == ("no_purchase", None, None)


def test_a_stranger_without_features_is_not_found(table):
    for body in ({}, {"features": {}}, {"previous_segment": "lost"}):
        with pytest.raises(NotFound, match="knows no customer 'stranger'"):
            ask(table, "stranger", body)


def on_the_edge(table, published) -> str:
    """Return a customer who kept the segment of the run before."""
    for key in table.items:
        if key.startswith(f"customer#{published.live}#"):
            customer_id = key.split("#", 2)[2]
            known = stored(table, customer_id)
            if known["segment_id"] != known["scored_segment_id"]:
                return customer_id
    raise AssertionError("nobody kept a segment")


def test_the_previous_segment_may_be_supplied_too(table, published):
    customer_id = on_the_edge(table, published)
    known = stored(table, customer_id)
    kept = ask(table, customer_id, {"previous_segment": known["segment_id"]})
    assert kept["segment_id"] == known["segment_id"]
    without = ask(table, customer_id, {"previous_segment": None})
    assert (without["segment_id"], without["previous_segment_id"]) == (known["scored_segment_id"], None)
    bought = ask(table, customer_id, {"features": {"net_minor": known["net_minor"] + 1}})
    assert bought["segment_id"] == bought["scored_segment_id"]


def test_an_admin_may_keep_the_answer_in_the_customer_s_item(table, published):
    before = stored(table)
    body = {"features": {"recency_days": 0, "frequency": 999, "net_minor": 10**9}}
    found = ask(table, body=body, persist=True, may_persist=True, by="sub-1")
    assert found["persisted"]
    after = stored(table)
    assert {name: after[name] for name in SCORED} == {name: found[name] for name in SCORED}
    assert (after["assigned_at"], after["assigned_by"]) == (NOW.isoformat(), "sub-1")
    assert after["assigned_from"] == body["features"]
    changed = {*SCORED, "assigned_at", "assigned_by", "assigned_from"}
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    key = f"customer#{published.live}#{ANN}"
    assert table.items[key]["segment_id"] == "champions"  # which recommendations go by
    of_run = {name: before.get(name) for name in ("segment_id", "cluster_id")}
    ask(table, body={"features": {"recency_days": 900}}, persist=True, may_persist=True)
    assert table.items[key]["listed"] == of_run  # whose lists an erasure goes by
    assert {k: v for k, v in table.items.items() if k != key} == {
        k: v for k, v in published.table.items.items() if k != key
    }


def test_keeping_the_answer_twice_gives_the_same(table):
    body = {"features": {"recency_days": 0}}
    first = ask(table, body=body, persist=True, may_persist=True, by="sub-1")
    again = ask(table, body=body, persist=True, may_persist=True, by="sub-1")
    assert [again[name] for name in SCORED] == [first[name] for name in SCORED]


@pytest.mark.parametrize("body", [{}, {"features": FULL}])
def test_who_is_no_admin_keeps_nothing(table, published, body):
    with pytest.raises(Forbidden, match="only an admin"):
        ask(table, body=body, persist=True)
    assert table.items == published.table.items


def test_a_stranger_has_no_item_to_keep_it_in(table):
    with pytest.raises(NotFound, match="knows no customer"):
        ask(table, "stranger", {"features": FULL}, persist=True, may_persist=True)


class MeanwhileTable(MemoryTable):
    """Another admin is faster."""

    def change(self, key, values, *, known):
        self.items[key] = self.items[key] | {"packed": b"other"}
        return super().change(key, values, known=known)


def test_the_slower_of_two_is_told(table):
    other = MeanwhileTable()
    other.items = dict(table.items)
    with pytest.raises(Conflict, match="ask again"):
        ask(other, persist=True, may_persist=True)


def test_a_real_table_is_changed_by_condition(client, published):
    from patronage.stores.serving import ServingTable
    from serving_support import TABLE

    real = ServingTable(TABLE, client=client)
    key = f"customer#{published.live}#{ANN}"
    items = published.table.items
    assigning = [
        value for name, value in items.items() if name.startswith(f"analytics#{published.live}#assigning#")
    ]
    real.put_all([items["pointer"], items[key] | {"expires_at": 7}, *assigning])
    reader = FiguresReader(real, ServingReader(real))
    body = {"features": {"recency_days": 0, "frequency": 999, "net_minor": 10**9}}
    assert assign_segment(reader, ANN, body, now=NOW, persist=True, may_persist=True, by="s")["persisted"]
    after = real.get(key)
    assert (after["segment_id"], after["expires_at"]) == ("champions", 7)
    assert analytics.customer(reader, ANN, now=NOW)["assigned_by"] == "s"
    assert not reader.change_customer(items[key], {"segment_id": "x"})
    assert not real.change("nothing", {"a": 1}, known={"b": 2})
    assert real.get("nothing") is None
    assert real.get(key) == after


@pytest.mark.parametrize(
    ("features", "field", "rule"),
    [
        ({"magic": 1}, "features.magic", "unknown"),
        ({"frequency": "3"}, "features.frequency", "type"),
        ({"frequency": True}, "features.frequency", "type"),
        ({"frequency": None}, "features.frequency", "type"),
        ({"net_minor": None}, "features.net_minor", "type"),
        ({"frequency": 1.5}, "features.frequency", "whole-number"),
        ({"frequency": Decimal("1.5")}, "features.frequency", "whole-number"),
        ({"frequency": -1}, "features.frequency", "range"),
        ({"frequency": 10**400}, "features.frequency", "range"),
        ({"net_minor": 10**16}, "features.net_minor", "range"),
        ({"recency_days": float("nan")}, "features.recency_days", "finite"),
        ({"recency_days": float("inf")}, "features.recency_days", "finite"),
        ({"tenure_days": Decimal("NaN")}, "features.tenure_days", "finite"),
        ({"tenure_days": Decimal("1e999999")}, "features.tenure_days", "finite"),
        ({"returned_share": 1.01}, "features.returned_share", "range"),
        ({"returned_share": []}, "features.returned_share", "type"),
        ([1], "features", "type"),
        ("x", "features", "type"),
        (None, "features", "type"),
    ],
    ids=str,
)
@pytest.mark.parametrize("customer_id", [ANN, "stranger"])
def test_a_feature_that_breaks_a_rule_is_named(table, customer_id, features, field, rule):
    with pytest.raises(BadField) as refused:
        ask(table, customer_id, {"features": features})
    assert (refused.value.field, refused.value.rule) == (field, rule)


@pytest.mark.parametrize(
    ("features", "missing"),
    [
        ({"frequency": 1}, "recency_days"),
        ({"frequency": 1, "recency_days": 2}, "net_minor"),
        ({"frequency": 1, "recency_days": None, "net_minor": 5}, "recency_days"),
        ({"tenure_days": 1}, "recency_days"),
    ],
)
def test_too_little_of_a_stranger_is_named(table, features, missing):
    with pytest.raises(BadField, match="supply recency_days, frequency, net_minor") as refused:
        ask(table, "stranger", {"features": features})
    assert (refused.value.field, refused.value.rule) == (f"features.{missing}", "required")


@pytest.mark.parametrize("segment", ["champs", "", 3, ["lost"], {}])
def test_an_unknown_previous_segment_is_refused(table, segment):
    with pytest.raises(BadField) as refused:
        ask(table, body={"previous_segment": segment})
    assert (refused.value.field, refused.value.rule) == ("previous_segment", "one-of")


def test_an_unknown_name_in_the_body_is_refused(table):
    with pytest.raises(BadField, match="features, previous_segment"):
        ask(table, body={"feature": {}})


def test_a_whole_number_may_be_written_with_a_point(table):
    whole = ask(table, body={"features": {"frequency": 3}})
    assert ask(table, body={"features": {"frequency": 3.0}}) == whole
    assert ask(table, body={"features": {"frequency": Decimal("3.0")}}) == whole


def test_a_generation_without_cut_points_says_how_to_get_them(table, published):
    del table.items[f"analytics#{published.live}#assigning#0"]
    with pytest.raises(NotFound, match="patronage segment"):
        ask(table)


def test_who_has_no_order_line_has_no_segment_until_a_purchase_is_supplied(table, published):
    from patronage.logic.serve.documents import pack_document

    known = {"frequency": 0, "net_minor": 0, "lifecycle_id": "prospect"}
    item = {"pk": f"customer#{published.live}#new", "segment_id": "", "packed": pack_document(known)[0]}
    table.put(item)
    found = ask(table, "new")
    assert [found[name] for name in SCORED] == [None] * 6
    assert found["segment_name"] is None
    with pytest.raises(BadField) as refused:
        ask(table, "new", {"features": {"frequency": 1}})
    assert refused.value.field == "features.recency_days"
    bought = ask(table, "new", {"features": {"recency_days": 0, "frequency": 1, "net_minor": 500}})
    assert bought["segment_id"] == bought["scored_segment_id"] not in {None, "no_purchase"}


def test_the_features_that_are_published_are_those_that_may_be_supplied(table, published):
    assigning = table.reader().document(published.live, "assigning")
    assert {"frequency", "net_minor", *assigning["features"]} == set(LIMITS)
    assert set(features_schema()["properties"]) == set(LIMITS)


def test_cut_points_are_small(published):
    items = document_items("run", "assigning", published.output("segments/assigning.json"))
    assert [len(item["packed"]) < 10_000 for item in items] == [True]

from __future__ import annotations

import json
from decimal import Decimal
from random import Random

import pytest

from patronage.errors import BadField, BadInput
from patronage.logic.serve.rules import NO_RULES
from patronage.steps import rules
from tests_support import NOW

DOCUMENT = {"boost": [{"factor": Decimal("1.5"), "categories": ["Zoë"]}], "hide_bought": False}
STORED = {
    "rules": {"boost": [{"factor": 1.5, "categories": ["Zoë"]}], "hide_bought": False},
    "changed_at": "2026-01-10T12:00:00+00:00",
    "changed_by": "sub-1",
}


def replace(document, table, store):
    return rules.replace(document, table=table, store=store, now=NOW, by="sub-1")


def test_without_rules_none_are_shown(table):
    assert rules.show(table) == {"rules": {}, "changed_at": None, "changed_by": None}


def test_rules_are_kept_in_the_lake_and_used_from_the_table(table, store):
    assert replace(DOCUMENT, table, store) == STORED
    assert rules.show(table) == STORED
    assert json.loads(store.read_bytes("settings/rules.json")) == STORED
    replace({}, table, store)
    assert rules.show(table)["rules"] == {}


def test_a_document_that_breaks_a_rule_changes_nothing(table, store):
    replace(DOCUMENT, table, store)
    with pytest.raises(BadField, match="position"):
        replace({"pin": [{"product_id": "x", "position": 0}]}, table, store)
    assert rules.show(table) == STORED


def test_rules_that_no_item_can_hold_are_refused(table, store):
    dice = Random(1)  # noqa: S311
    names = [dice.randbytes(20).hex() for _ in range(9_000)]
    with pytest.raises(BadField, match="name categories") as refused:
        replace({"never": {"product_ids": names}}, table, store)
    assert refused.value.rule == "size"
    assert not store.exists("settings/rules.json")


def test_the_lake_is_written_first(table, store, client):
    def refuse(**_):
        raise RuntimeError

    client.batch_write_item = refuse
    with pytest.raises(RuntimeError):
        replace(DOCUMENT, table, store)
    assert json.loads(store.read_bytes("settings/rules.json")) == STORED


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b'{"hide_bought": true}', 'has no "rules"'),
        (b"[]", 'has no "rules"'),
        (b'{"rules": 3}', 'has no "rules"'),
        (b"{", "is no JSON"),
    ],
)
def test_rules_that_a_person_wrote_into_a_lake_are_refused_with_the_form(store, written, says):
    store.write_bytes("settings/rules.json", written)
    with pytest.raises(BadInput, match=rf"settings/rules\.json {says}"):
        rules.stored_rules(store)


def test_rules_of_a_lake_are_those_that_were_put(table, store):
    assert rules.stored_rules(store) == NO_RULES
    replace(DOCUMENT, table, store)
    assert rules.stored_rules(store).hide_bought is False

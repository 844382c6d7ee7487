from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField
from patronage.logic.serve.rules import NO_RULES, Boost, Pin, Rules, Selection, Slot
from patronage.logic.serve.rules_document import rules_of
from tests_support import REPOSITORY

WHOLE = {
    "never": {"product_ids": ["x"], "categories": ["Alcohol"]},
    "pin": [
        {"product_id": "a#b", "position": 1, "countries": ["Germany"], "segments": ["champions"]},
        {"product_id": "日本", "position": 2, "categories": ["Tea"]},
    ],
    "promoted": [{"position": 3, "product_ids": ["p", "q"]}],
    "boost": [{"factor": Decimal("1.5"), "categories": ["Tea"]}, {"factor": 2, "product_ids": ["z"]}],
    "bury": {"categories": ["Clearance"]},
    "hide_bought": True,
    "consumable": {"product_ids": ["soap"]},
}


def test_a_document_of_every_rule():
    assert rules_of(WHOLE) == Rules(
        never=Selection(frozenset({"x"}), ("Alcohol",)),
        pins=(
            Pin("a#b", 1, frozenset({"Germany"}), frozenset({"champions"})),
            Pin("日本", 2, categories=("Tea",)),
        ),
        slots=(Slot(3, ("p", "q")),),
        boosts=(Boost(1.5, Selection(categories=("Tea",))), Boost(2.0, Selection(frozenset({"z"})))),
        bury=Selection(categories=("Clearance",)),
        hide_bought=True,
        consumable=Selection(frozenset({"soap"})),
    )


def test_the_documented_example_is_a_document_of_every_rule():
    text = (REPOSITORY / "docs" / "business-rules.md").read_text(encoding="utf-8")
    (example,) = re.findall("```json\n(.*?)```", text, re.DOTALL)
    rules = rules_of(json.loads(example))
    assert all(part != default for part, default in zip(rules, NO_RULES, strict=True))


def test_no_rule_at_all():
    assert rules_of({}) == NO_RULES


@pytest.mark.parametrize(
    ("document", "field", "rule"),
    [
        ([], "", "object"),
        ({"pins": []}, "pins", "known"),
        ({"never": ["x"]}, "never", "object"),
        ({"never": {"ids": []}}, "never.ids", "known"),
        ({"never": {"product_ids": "x"}}, "never.product_ids", "list"),
        ({"never": {"product_ids": ["x", 5]}}, "never.product_ids[1]", "text"),
        ({"never": {"product_ids": [""]}}, "never.product_ids[0]", "text"),
        ({"never": {"product_ids": ["x" * 1025]}}, "never.product_ids[0]", "text"),
        ({"never": {"product_ids": ["x"] * 10_001}}, "never.product_ids", "count"),
        ({"pin": {}}, "pin", "list"),
        ({"pin": ["x"]}, "pin[0]", "object"),
        ({"pin": [{"position": 1}]}, "pin[0].product_id", "text"),
        ({"pin": [{"product_id": "x"}]}, "pin[0].position", "range"),
        ({"pin": [{"product_id": "x", "position": 0}]}, "pin[0].position", "range"),
        ({"pin": [{"product_id": "x", "position": 51}]}, "pin[0].position", "range"),
        ({"pin": [{"product_id": "x", "position": True}]}, "pin[0].position", "range"),
        ({"pin": [{"product_id": "x", "position": Decimal("1.0")}]}, "pin[0].position", "range"),
        (
            {
                "pin": [
                    {"product_id": "x", "position": 1},
                    {"product_id": "y", "position": 1, "countries": [3]},
                ]
            },
            "pin[1].countries[0]",
            "text",
        ),
        ({"pin": [{"product_id": "x", "position": 1}] * 201}, "pin", "count"),
        ({"promoted": [{"position": 1, "product_ids": []}]}, "promoted[0].product_ids", "not-empty"),
        ({"promoted": [{"position": 1}]}, "promoted[0].product_ids", "not-empty"),
        ({"boost": [{"factor": 2}]}, "boost[0]", "not-empty"),
        ({"boost": [{"product_ids": ["x"]}]}, "boost[0].factor", "range"),
        ({"boost": [{"factor": 1, "product_ids": ["x"]}]}, "boost[0].factor", "range"),
        ({"boost": [{"factor": Decimal("10.01"), "product_ids": ["x"]}]}, "boost[0].factor", "range"),
        ({"boost": [{"factor": "2", "product_ids": ["x"]}]}, "boost[0].factor", "range"),
        ({"boost": [{"factor": True, "product_ids": ["x"]}]}, "boost[0].factor", "range"),
        ({"hide_bought": "yes"}, "hide_bought", "boolean"),
        ({"consumable": None}, "consumable", "object"),
    ],
)
def test_what_breaks_a_rule_names_its_place(document, field, rule):
    with pytest.raises(BadField) as refused:
        rules_of(document)
    assert (refused.value.field, refused.value.rule) == (field, rule)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "never",
                    "pin",
                    "promoted",
                    "boost",
                    "bury",
                    "product_ids",
                    "position",
                    "factor",
                    "countries",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_document_is_read_or_refused(document):
    try:
        rules = rules_of(document)
    except BadField:
        return
    assert isinstance(rules, Rules)

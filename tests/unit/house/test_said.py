"""What answers say by a code: each has one sentence, and the dashboard's list of them is that of the code."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

import patronage
from patronage.logic.api.schemas import SCHEMAS
from patronage.logic.said import SENTENCES, Said, code_of, coded, said, stated
from tests_support import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))
from write_codes import FILE, codes

WITHOUT_VALUES = [code for code, text in SENTENCES.items() if "{" not in text]


def test_the_dashboards_list_of_codes_is_that_of_the_code():
    assert json.loads(FILE.read_text(encoding="utf-8")) == codes(), (
        "write it again: python docs/write_codes.py"
    )


def test_a_sentence_stands_beside_its_code_and_what_it_names():
    told = said("few_impressions", impressions=1234, least=100)
    assert told.fields() == {
        "reason": "not enough data: 1,234 impressions, and rates are given from 100 on",
        "reason_code": "few_impressions",
        "reason_values": {"impressions": 1234, "least": 100},
    }
    assert Said.read(told.fields("why"), "why") == told
    assert stated("reason", told) == told.fields()


def test_where_nothing_is_to_be_said_there_is_no_code():
    assert stated("reason", None) == {"reason": None, "reason_code": None, "reason_values": {}}


@pytest.mark.parametrize("code", WITHOUT_VALUES)
def test_a_sentence_without_values_is_known_again_wherever_it_was_kept(code):
    assert code_of(SENTENCES[code]) == code
    assert coded("why", SENTENCES[code]) == {"why_code": code, "why_values": {}}


def test_other_texts_have_no_code():
    assert code_of("the moon is full") is None
    assert code_of(SENTENCES["few_customers"]) is None


def test_no_two_codes_say_the_same_without_values():
    assert len({SENTENCES[code] for code in WITHOUT_VALUES}) == len(WITHOUT_VALUES)


PACKAGE = [
    ast.parse(path.read_text(encoding="utf-8"))
    for path in Path(patronage.__file__).parent.rglob("*.py")
    if path.name != "said.py"
]
MADE = re.compile(r"\w+_uncompared|no_(impression|click)_events")
"""Codes that are put together of others, or of a kind of event."""


def test_every_code_that_is_said_is_known():
    asked = {
        node.args[0].value
        for tree in PACKAGE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"said", "Said"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(asked) > 30
    assert asked <= SENTENCES.keys()


def test_every_code_that_is_known_is_said_somewhere():
    written = {
        node.value
        for tree in PACKAGE
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {code for code in SENTENCES if code not in written and not MADE.fullmatch(code)} == set()


def test_every_field_of_codes_is_described():
    """What an answer says beside a sentence stands in the schemas, and so in the OpenAPI document."""
    nodes = [node for tree in PACKAGE for node in ast.walk(tree)]
    named = {
        node.args[0].value
        for node in nodes
        if isinstance(node, ast.Call)
        and (
            getattr(node.func, "id", "") in {"coded", "stated"} or getattr(node.func, "attr", "") == "fields"
        )
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    lists = {
        key.value
        for node in nodes
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and re.fullmatch(r"[a-z]+_codes", str(key.value))
    }
    assert {"migration_reason", "raw_why"} < named
    assert {"note_codes", "reason_codes", "absent_codes"} <= lists
    described = json.dumps(SCHEMAS)
    written = lists | {f"{name}_{part}" for name in named for part in ("code", "values")}
    assert {name for name in written if f'"{name}"' not in described} == set()

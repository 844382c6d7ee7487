from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.api.schemas import SCHEMAS
from patronage.logic.experiments.arms import ID
from patronage.logic.serve.recommendation_id import (
    LETTERS,
    MAX_CHARACTERS,
    NO_VISITOR,
    RUNGS,
    RecommendationId,
    nonce_of,
    read,
    write,
)

WHOLE = RecommendationId(
    "hybrid-66b1a81e", "2026-01-10T11:00:00", "do-they-pay", "b_2", "home", "uvscpknmt", "0" * 8
)
FIELD = st.text(string.ascii_letters + string.digits + "._:-", max_size=64)
SLUG = st.text(string.ascii_lowercase + string.digits + "_-", max_size=64)
IDS = st.builds(
    RecommendationId,
    FIELD,
    FIELD,
    SLUG,
    SLUG,
    SLUG,
    st.text("".join(RUNGS), max_size=50),
    st.just("0badcafe"),
)


@given(IDS)
def test_what_is_written_is_read(parts):
    text = write(parts)
    assert read(text) == parts
    assert len(text) <= MAX_CHARACTERS
    assert re.fullmatch(r"r1(~[A-Za-z0-9._:-]*){7}", text)


def test_the_form_is_what_was_agreed():
    assert write(WHOLE) == "r1~hybrid-66b1a81e~2026-01-10T11:00:00~do-they-pay~b_2~home~uvscpknmt~00000000"
    assert write(RecommendationId("ease", "run", nonce="00000000")) == "r1~ease~run~~~~~00000000"


def test_the_mark_of_an_answer_without_a_visitor_is_no_experiments_id():
    text = write(RecommendationId("ease", "run", NO_VISITOR, rungs="tp", nonce="00000000"))
    assert text == "r1~ease~run~-~~~tp~00000000"
    assert read(text).experiment_id == NO_VISITOR
    assert not ID.fullmatch(NO_VISITOR)


def test_a_character_that_no_field_may_hold_splits_nothing():
    assert write(RecommendationId("a~b", "run/7 é", nonce="00000000")) == "r1~a-b~run-7--~~~~~00000000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "r1",
        "r2~ease~run~~~~u~00000000",
        "r1~ease~run~~~~u",
        "r1~ease~run~~~~u~0000000g",
        "r1~ease~run~~~~x~00000000",
        "r1~ease~run~~~Home~u~00000000",
        "r1~ea se~run~~~~u~00000000",
        "r1~ease~run~~~~u~00000000\n",
        "r1~ease~run~~~~u~00000000~",
        f"r1~{'x' * 121}~run~~~~u~00000000",
        "r1~Zoë~run~~~~u~00000000",
    ],
)
def test_anything_else_is_nothing(text):
    assert read(text) is None


def test_a_place_has_its_rung():
    assert [WHOLE.rung_at(place) for place in range(11)] == [
        *(
            "",
            "user",
            "session",
            "segment",
            "context",
            "popular",
            "catalogue",
            "pinned",
            "promoted",
            "list",
            "",
        )
    ]


def test_each_rung_of_an_answer_has_a_letter():
    described = SCHEMAS["Item"]["properties"]["rung"]["enum"]
    assert set(LETTERS) == {*described, "pinned", "promoted"}
    assert set(LETTERS.values()) == set(RUNGS)


def test_answers_are_told_apart():
    assert len({nonce_of(*told) for told in [("a", "b"), ("ab",), ("b", "a"), ("a", "b", ""), ()]}) == 5

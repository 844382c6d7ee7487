from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField
from patronage.logic.api.cursors import read_cursor, write_cursor

QUESTION = ["members", "rfm", "champions", None]
ID = st.text(st.characters(codec="ascii"), max_size=256)


@given(ID, st.integers(0, 2**53 - 1))
def test_what_is_written_is_read(run_id, place):
    cursor = write_cursor(QUESTION, run_id, place)
    assert read_cursor(cursor, list(QUESTION), (str, int)) == [run_id, place]
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_another_question_is_refused():
    cursor = write_cursor(QUESTION, "run", 1)
    with pytest.raises(BadField, match="another question") as refused:
        read_cursor(cursor, ["members", "rfm", "lost", None], (str, int))
    assert (refused.value.field, refused.value.rule) == ("cursor", "same-question")


def raw(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


DIGEST = json.loads(base64.urlsafe_b64decode(write_cursor(QUESTION, "r", 1) + "=="))[1]


def test_the_hand_written_one_is_well():
    assert read_cursor(raw([1, DIGEST, "r", 1]), QUESTION, (str, int)) == ["r", 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "a",
        "é",
        "日本",
        " " * 5,
        raw(1),
        raw({}),
        raw([]),
        raw([2, DIGEST, "r", 1]),  # of another version
        raw([1, DIGEST, "r"]),
        raw([1, DIGEST, "r", 1, 1]),
        raw([1, DIGEST, 1, 1]),
        raw([1, DIGEST, "r", "1"]),
        raw([1, DIGEST, "r", -1]),
        raw([1, DIGEST, "r", True]),
        raw([1, DIGEST, "r", 1.5]),
        raw([1, DIGEST, "r", 2**60]),
        raw([1, DIGEST, "\ud800", 1]),
        raw([1, DIGEST, "r" * 300, 1]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        write_cursor(QUESTION, "r", 1) + "A",
        write_cursor(QUESTION, "r", 1).replace("W", "+"),
    ],
    ids=range(24),
)
def test_what_is_none_of_ours_is_refused(text):
    with pytest.raises(BadField) as refused:
        read_cursor(text, QUESTION, (str, int))
    assert (refused.value.field, refused.value.rule) == ("cursor", "cursor")


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text):
    with pytest.raises(BadField):
        read_cursor(text, QUESTION, (str, int))

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.erase.ids import hmac_of
from patronage.logic.erase.texts import cells_of_line, forms_of, is_among, mentions, redacted, same_cell

IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(
    customer_id=IDS,
    write=st.sampled_from([str, json.dumps, lambda text: json.dumps(text, ensure_ascii=False)]),
)
def test_an_id_is_found_however_it_was_written(customer_id, write):
    assert mentions(f" {write(customer_id)} ".encode(), forms_of(customer_id))


@pytest.mark.parametrize(
    ("content", "is_mentioned"),
    [
        (b"12,1,x", True),
        (b"12,21,x", False),
        (b"x1", False),
        (b"\xc3\xa91", False),
        (b"1", True),
        (b"11 1", True),
        (b"", False),
    ],
)
def test_a_part_of_a_longer_word_is_no_mention(content, is_mentioned):
    assert mentions(content, forms_of("1")) is is_mentioned


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "windows-1252"])
def test_an_id_is_found_in_the_encodings_of_uploads(encoding):
    assert mentions("a,Zoë,b".encode(encoding), forms_of("Zoë"))


@pytest.mark.parametrize(
    ("cell", "is_same"), [("17", True), (" 17 ", True), ("17.0", True), ("17.5", False), ("170", False)]
)
def test_a_spreadsheets_traces_are_no_other_id(cell, is_same):
    assert same_cell(cell, ("17",)) is is_same


def test_a_value_of_json_is_looked_through():
    document = {"a": [{"b": 17}], "c": {"x y": True}}
    assert is_among(document, ("17",))
    assert is_among(document, ("x y",))
    assert not is_among(document, ("1", "7", "True", "true", "x"))


@pytest.mark.parametrize(
    ("raw", "delimiter", "quote", "cell"),
    [
        ('1;"a;b";c', ";", '"', "a;b"),
        ('1;"a""b";c', ";", '"', 'a"b'),
        ("1 2  3", " ", "", "3"),
        ("1::2::3", "::", '"', "2"),
        ('1,"open,2', ",", '"', "2"),
    ],
)
def test_a_refused_row_is_cut_as_far_as_it_lets_itself_be_cut(raw, delimiter, quote, cell):
    assert cell in cells_of_line(raw, delimiter, quote)


def test_a_sentence_keeps_all_but_the_quoted_id():
    said = "line 17: '17' is no time, \"17\" neither; 17 rows"
    assert redacted(said, {"17"}) == "line 17: (erased) is no time, (erased) neither; 17 rows"


@given(one=IDS, other=IDS)
def test_an_id_is_remembered_under_the_secret_alone(one, other):
    assert (hmac_of(one, b"secret") == hmac_of(other, b"secret")) is (one == other)
    assert hmac_of(one, b"secret") != hmac_of(one, b"another")
    assert len(hmac_of(one, b"secret")) == 64

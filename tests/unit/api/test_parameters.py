from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField
from patronage.logic.api.parameters import Parameter

K = Parameter("k", "how many", "whole", default=10, low=1, high=50)
IDS = Parameter("exclude", "not these", "id", many=True, high=3, example="a")
MONEY = Parameter("min_price", "least", "money", example="5.00")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("id", "a/b#日本 %2F", "a/b#日本 %2F"),
        ("text", "", ""),
        ("flag", "true", True),
        ("flag", "false", False),
        ("money", "12.50", Decimal("12.50")),
        ("money", "-3", Decimal(-3)),
        ("instant", "2026-11-25T10:30:00+01:00", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)),
        ("instant", "2026-11-25T10:30:00 01:00", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)),
        ("instant", "2026-11-25T09:30:00Z", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)),
        ("day", "2026-02-28", date(2026, 2, 28)),
        ("day", "1971-01-01", date(1971, 1, 1)),
        ("day", "9998-12-31", date(9998, 12, 31)),
    ],
)
def test_a_text_is_read(kind, text, value):
    assert Parameter("name", "a name", kind).of_texts([text]) == value


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        ("id", "", "not-empty"),
        ("id", "x" * 1_025, "length"),
        ("text", "\ud800", "unicode"),
        ("flag", "True", "boolean"),
        ("flag", "1", "boolean"),
        ("money", "NaN", "decimal"),
        ("money", "1e999999999", "decimal"),
        ("money", "ten", "decimal"),
        ("money", "٣", "decimal"),
        ("instant", "2026-11-25T10:30:00", "date-time"),
        ("instant", "yesterday", "date-time"),
        ("instant", "0001-01-01T00:00:00+14:00", "date-time"),
        ("day", "2026-02-29", "date"),
        ("day", "20260228", "date"),
        ("day", "1970-12-31", "date"),
        ("day", "9999-12-31", "date"),
        ("choice", "week", "one-of"),
    ],
)
def test_a_wrong_text_names_field_and_rule(kind, text, rule):
    parameter = Parameter("name", "a name", kind, choices=("day", "month"), example="x")
    with pytest.raises(BadField) as refused:
        parameter.of_texts([text])
    assert (refused.value.field, refused.value.rule) == ("name", rule)
    assert "name " in str(refused.value)


@pytest.mark.parametrize("text", ["0", "51", "ten", "1.5", "-1", "٣", "9" * 5000, " 3"])
def test_a_whole_number_keeps_to_its_range(text):
    with pytest.raises(BadField) as refused:
        K.of_texts([text])
    assert refused.value.rule in {"whole-number", "range"}
    assert "50" in str(refused.value)


def test_what_comes_once_may_not_come_twice():
    with pytest.raises(BadField, match="k stands 2 times"):
        K.of_texts(["1", "2"])


def test_what_may_be_repeated_is_a_tuple():
    assert IDS.of_texts(["a,b", "c"]) == ("a,b", "c")
    assert IDS.absent() == ()
    with pytest.raises(BadField, match="holds 4"):
        IDS.of_texts(list("abcd"))


def test_values_of_json_keep_their_type():
    assert K.of_json(7) == 7
    assert MONEY.of_json(Decimal("5.25")) == Decimal("5.25")
    assert MONEY.of_json("5.25") == Decimal("5.25")
    assert IDS.of_json(["a", "b"]) == ("a", "b")
    for parameter, value in [(K, True), (K, "7"), (K, 7.0), (IDS, "a"), (IDS, [1]), (MONEY, None), (K, {})]:
        with pytest.raises(BadField):
            parameter.of_json(value)


@pytest.mark.parametrize("value", [Decimal("7.0"), Decimal("0.7e1"), 7])
def test_a_whole_number_of_json_may_have_a_fraction_of_zero(value):
    read = K.of_json(value)
    assert (read, type(read)) == (7, int)


@pytest.mark.parametrize(
    ("parameter", "value", "rule", "message"),
    [
        (K, Decimal("1.5"), "whole-number", 'k is 1.5; send it as in "k": 10'),
        (K, Decimal("1E+999999999"), "range", "k is 1E+999999999; it must lie between 1 and 50"),
        (K, Decimal("1E-999999999"), "range", "k is 1E-999999999; it must lie between 1 and 50"),
        (K, 10**4_000, "range", "k is a number of very many digits; it must lie between 1 and 50"),
        (K, True, "type", 'k is true; send it as in "k": 10'),
        (K, {}, "type", 'k is an empty object; send it as in "k": 10'),
        (Parameter("n", "n", "whole", low=2, high=9), "x", "type", "n is 'x'; send it as in \"n\": 2"),
        (Parameter("f", "f", "flag"), Decimal(1), "type", 'f is 1; send it as in "f": true'),
        (Parameter("g", "g", "choice", choices=("a",)), 3, "type", 'g is 3; send it as in "g": "a"'),
        (IDS, "x", "list", 'exclude is \'x\'; send a list, as in "exclude": ["a"]'),
        (MONEY, [], "type", 'min_price is an empty list; send it as in "min_price": 5.00'),
        (
            MONEY,
            Decimal("1E+999999999"),
            "decimal",
            "min_price is 1E+999999999; write an amount of at most 15 digits and four decimals, as in 12.50",
        ),
        (
            MONEY,
            10**20,
            "decimal",
            f"min_price is {10**20}; write an amount of at most 15 digits and four decimals, as in 12.50",
        ),
    ],
)
def test_a_wrong_value_of_json_is_told_as_it_was_written(parameter, value, rule, message):
    with pytest.raises(BadField) as refused:
        parameter.of_json(value)
    assert (refused.value.rule, str(refused.value)) == (rule, message)


def test_what_is_missing_is_shown_even_without_an_example():
    for parameter, message in [
        (Parameter("a", "a", "id", required=True), "a is missing; say it, as in a=a-1"),
        (Parameter("b", "b", "flag", required=True), "b is missing; say it, as in b=true"),
        (
            Parameter("c", "c", "id", required=True, many=True, high=2, example=["17850"]),
            'c is missing; say it, as in "c": ["17850"]',
        ),
    ]:
        with pytest.raises(BadField) as refused:
            parameter.absent()
        assert str(refused.value) == message


def test_absent_means_the_default_unless_it_is_required():
    assert K.absent() == 10
    with pytest.raises(BadField, match=r"user_id is missing; say it, as in user_id=17850"):
        Parameter("user_id", "who", "id", required=True, example="17850").absent()


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for kind in ("id", "text", "whole", "flag", "money", "choice", "instant", "day"):
        with contextlib.suppress(BadField):
            Parameter("name", "a name", kind, high=9, choices=("a",), example="x").of_texts([text])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_read_or_refused(value):
    for kind in ("id", "text", "whole", "flag", "money", "choice", "instant", "day"):
        for many in (False, True):
            parameter = Parameter("name", "a name", kind, high=9, choices=("a",), many=many, example="x")
            with contextlib.suppress(BadField):
                parameter.of_json(value)


def test_the_schema_says_the_rules():
    assert K.schema() == {"type": "integer", "minimum": 1, "maximum": 50, "default": 10}
    assert IDS.schema()["items"]["minLength"] == 1
    assert json.dumps(IDS.schema())

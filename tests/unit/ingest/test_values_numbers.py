"""Numbers: read as Python's decimal and pandas say."""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.ingest.values import (
    OPEN,
    PLAIN,
    NumberStyle,
    decimal_sql,
    given_number_style,
    guess_numbers,
    is_rounded,
    number_evidence_sql,
    settle_numbers,
)
from tests_support import examples

POINT = guess_numbers(["1,234.50"]).chosen
COMMA = guess_numbers(["1.234,50"]).chosen
STYLES = [
    PLAIN, POINT, COMMA,
    *(given_number_style(".", each) for each in (" ", "'")),
    *(given_number_style(",", each) for each in ("", " ", "'")),
]  # fmt: skip

connection = duckdb.connect(config={"threads": 1})


def numbers(texts: list[str], style: NumberStyle) -> list[Decimal | None]:
    sql = f"SELECT {decimal_sql('x', style)} FROM (SELECT unnest($x::VARCHAR[]) AS x)"
    return [each for (each,) in connection.execute(sql, {"x": texts}).fetchall()]


def written(number: Decimal, style: NumberStyle, mark: str) -> str:
    swapped = {",": mark, ".": style.decimal}
    return "".join(swapped.get(each, each) for each in f"{number:,f}")


AMOUNTS = st.decimals(-(10**14) + 1, 10**14 - 1, places=4) | st.decimals(-2000, 2000, places=2)


@settings(max_examples=examples(200), deadline=None)
@given(
    style=st.sampled_from(STYLES),
    number=AMOUNTS | st.integers(-(10**6), 10**6).map(Decimal),
    data=st.data(),
)
def test_any_decimal_written_in_a_style_is_read_back_exactly(style, number, data):
    marks = [style.thousands, "", " ", "\u00a0", "\u202f", "\u2009", "'", "\u2019"]
    text = written(number, style, data.draw(st.sampled_from(marks)))
    money = data.draw(st.sampled_from(["", "€", "$", "US$", "GBP", "kr", "Rs.", "zł", "R$", "usd"]))
    gap = data.draw(st.sampled_from(["", " ", "\u00a0"]))
    if text.startswith("-"):
        bare = text[1:]
        signs = [text, f"{bare}-", f"({bare})", f"\u2212{bare}", f"- {bare}", f"{bare} -"]
        text = data.draw(st.sampled_from(signs))
    else:
        text = data.draw(st.sampled_from([text, f"+{text}"]))
    texts = [text, f"  {text}\t", f"{money}{gap}{text}", f"{text}{gap}{money}"]
    assert numbers(texts, style) == [number] * len(texts)


@settings(deadline=None)
@given(st.decimals(-(10**13), 10**13, places=9))
def test_beyond_four_decimals_halves_are_rounded_away_from_zero(number):
    expected = number.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert numbers([f"{number:f}", f"$ {number:f}".replace("$ -", "-$ ")], PLAIN) == [expected] * 2
    assert numbers([f"{number:f}".replace(".", ",")], COMMA) == [expected]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("00012", "12"),
        ("1e5", "100000"),
        ("1.5E-3", "0.0015"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("-$1 234.50", "-1234.5"),
        ("$-5", "-5"),
        ("($5.00)", "-5"),
        ("$(5.00)", "-5"),
        ("($5.00 USD)", "-5"),
        ("$5 USD", "5"),
        ("5- EUR", "-5"),
        ("5 EUR -", "-5"),
        ("Rs.500", "500"),
        ("Fr. 1'234.50", "1234.5"),
        ("12 Kč", "12"),
    ],
)
def test_how_programs_write_numbers(text, number):
    assert numbers([text], PLAIN) == [Decimal(number)]


NO_NUMBERS = [
    "", " ", "-", "+", ".", ",", "()", "(-5)", "-5-", "--5", "+-5", "5+", "(5", "5)", "1.2.3", "5%",
    "5 %", "1_000", "1_0", "$1_000", "0x1F", "0b11", "inf", "-Infinity", "nan", "NaN", "null", "true",
    "twelve", "1e", "e5", "1e15", "1e400", "1e-99999999999999", "100000000000000",
    "99999999999999.99995", "9" * 60, "12,-", "12.-", "12€50", "5$00", "12 pcs", "3 x 5", "1 2",
    "12 34", "1 2345", "0 123", "1' 234", "$", "EUR", "$$5", "\uff11\uff12", "½", "1/2", "2010-12-01",
    "#5", "5*", "=5", "'5",
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_what_is_no_number_is_null(style):
    found = dict(zip(NO_NUMBERS, numbers(NO_NUMBERS, style), strict=True))
    assert found == dict.fromkeys(NO_NUMBERS)


@pytest.mark.parametrize(
    ("text", "plain", "point", "comma"),
    [
        ("1.234", "1.234", "1.234", "1234"),
        ("1,234", None, "1234", "1.234"),
        ("12,50", None, None, "12.5"),
        ("12.50", "12.5", "12.5", None),
        ("1,234.50", None, "1234.5", None),
        ("1.234,50", None, None, "1234.5"),
        ("12,34,567.50", None, "1234567.5", None),  # India
        ("1,234,567", None, "1234567", None),
        ("1.234.567", None, None, "1234567"),
        ("0,123", None, None, "0.123"),
        ("0.123", "0.123", "0.123", None),
        ("1234,567", None, None, "1234.567"),
        (",5", None, None, "0.5"),
        ("1,5E-3", None, None, "0.0015"),
        ("1,23,45", None, None, None),
        ("1.23.456", None, None, None),
    ],
)
def test_a_text_that_a_style_cannot_have_written_is_null_in_it(text, plain, point, comma):
    expected = [each and Decimal(each) for each in (plain, point, comma)]
    assert [numbers([text], style)[0] for style in (PLAIN, POINT, COMMA)] == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12.50", "12.5"),
        ("1 234", "1234"),
        ("1 234.5", "1234.5"),
        ("€ 12", "12"),
        ("1.250", None),
        ("-1.250", None),
        ("1.000", None),
        ("€ 1.250", None),
        ("1.250 €", None),
        ("12.345.678", None),
        ("1,5", None),
        ("1,250", None),
        ("1,250.00", None),
    ],
)
def test_an_open_style_reads_only_what_means_the_same_whatever_the_column_turns_out_to_be(text, number):
    assert numbers([text], OPEN) == [number and Decimal(number)]


@settings(deadline=None)
@given(st.text("0123456789.,-' €", max_size=9))
def test_what_an_open_style_reads_no_style_reads_otherwise(text):
    (found,) = numbers([text], OPEN)
    if found is not None:
        assert {numbers([text], style)[0] for style in (POINT, COMMA)} <= {found, None}


def test_columns_are_read_as_pandas_reads_them():
    for style, cells in {
        POINT: ["1,234.5", "-12.25", "1,000,000", "0.001"],
        COMMA: ["1.234,5", "-12,25", "0,5"],
    }.items():
        table = io.StringIO("\n".join(["n", *cells]))
        frame = pd.read_csv(table, sep=";", decimal=style.decimal, thousands=style.thousands)
        assert list(map(float, numbers(cells, style))) == frame["n"].tolist()


@pytest.mark.parametrize(
    ("samples", "chosen"),
    [
        (["12", "5", "-3"], OPEN),
        ([], OPEN),
        (["", " "], OPEN),
        (["12.50", "3"], POINT),
        (["1,234", "12.50"], POINT),
        (["1.2345"], POINT),
        (["0.250", "1.234"], POINT),
        (["1,234,567"], POINT),
        (["€ 12,50", "1.234"], COMMA),
        (["1.234.567"], COMMA),
        (["0,250", "1,234"], COMMA),
        (["1 234,50"], COMMA),
        (["1'234.50"], POINT),
    ],
)
def test_one_decisive_text_tells_the_style(samples, chosen):
    guess = guess_numbers(samples)
    assert (guess.chosen, guess.rivals, guess.doubt) == (chosen, (), "")


@pytest.mark.parametrize("samples", [["1.234", "5"], ["1,234", "12"], ["1.234", "1,234"]])
def test_where_nothing_tells_a_point_is_preferred_and_the_doubt_is_said(samples):
    guess = guess_numbers(samples)
    assert (guess.chosen, guess.rivals) == (POINT, (COMMA,))
    assert (
        guess.doubt
        == "the sampled numbers can be read with a decimal point or a decimal comma; read like 1,234.5"
    )
    none = settle_numbers(guess, {POINT.name: 0, COMMA.name: 0})
    assert (none.chosen, none.rivals, none.doubt[:12]) == (POINT, (COMMA,), "every number")
    assert settle_numbers(guess, {POINT.name: 0, COMMA.name: 7}).chosen is COMMA
    assert settle_numbers(guess, {POINT.name: 0, COMMA.name: 7}).doubt == ""
    both = settle_numbers(guess, {POINT.name: 9, COMMA.name: 7})
    assert (both.chosen, both.rivals) == (POINT, ())
    assert "9 texts can only be written like 1,234.5 and 7 like 1.234,5" in both.doubt


def test_a_guess_says_how_many_samples_do_not_fit():
    assert guess_numbers(["12.50", "n/a", "5%"]).doubt == "2 of 3 sampled texts are no such number"
    assert settle_numbers(guess_numbers(["12"]), {}).chosen is OPEN


def test_evidence_counts_what_only_one_style_reads():
    texts = ["12,50", "1.234,00", "1.234", "12.50", "n/a", "7", None]
    point, comma = number_evidence_sql("x", [POINT, COMMA])
    sql = f"SELECT {point}, {comma} FROM (SELECT unnest($x::VARCHAR[]) AS x)"
    assert connection.execute(sql, {"x": texts}).fetchall() == [(1, 2)]


@pytest.mark.parametrize(("decimal", "thousands"), [(".", "."), (",", ","), (";", ""), ("", ","), (".", "_")])
def test_a_style_that_cannot_be_is_refused(decimal, thousands):
    with pytest.raises(BadInput, match="must be"):
        given_number_style(decimal, thousands)


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=12) | st.text("0123456789.,-+() '\u00a0€$EURkr_e%", max_size=12), max_size=30)
)
def test_no_text_raises_and_the_guess_and_the_sql_agree(texts):
    texts = [text for text in texts if "\0" not in text]
    for style in (PLAIN, POINT, COMMA):
        for text, found in zip(texts, numbers(texts, style), strict=True):
            guess = guess_numbers([text])
            if found is None:
                assert guess.doubt or not text.strip() or style is not guess.chosen or is_large(text)
            else:
                assert guess.doubt in {"", guess_numbers(["1.234"]).doubt}


def is_large(text: str) -> bool:
    """Whether the text may be a number beyond 14 digits, which a guess need not know."""
    return "e" in text.lower() or len(text) > 14


@pytest.mark.parametrize(
    ("text", "style", "is_so"),
    [
        ("0.00125", POINT, True),
        ("0,00125", COMMA, True),
        ("€ 1.234,56789", COMMA, True),
        ("1e-5", POINT, True),
        ("1.25000", OPEN, False),
        ("0.30000000000000004", POINT, False),
        ("12,345.67", POINT, False),
        ("9" * 40 + ".12345", POINT, False),
        ("1e-99999999999", POINT, False),
        ("n/a.123456", POINT, False),
    ],
)
def test_what_four_decimals_cannot_hold_is_told(text, style, is_so):
    assert is_rounded(text, style) is is_so

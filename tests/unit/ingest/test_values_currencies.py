"""Currencies in a cell, and the rate table: read as Python's decimal and bisect say."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Context, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.ingest.values import NO_CURRENCY, Rates, convert_sql, currency_sql
from patronage.settings import MINOR_DIGITS

connection = duckdb.connect(config={"threads": 1})


def currency(text: str, shop_currency: str | None = None) -> str | None:
    sql = f"SELECT {currency_sql('x', shop_currency=shop_currency)} FROM (SELECT $x::VARCHAR AS x)"
    return connection.execute(sql, {"x": text}).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€ 12,50", "EUR"), ("12.50 GBP", "GBP"), ("US$5", "USD"), ("R$ 1.234,56", "BRL"),
        ("R 5", "ZAR"), ("RM5.00", "MYR"), ("£5", "GBP"), ("₹ 1,23,456", "INR"), ("12 zł", "PLN"),
        ("12zł", "PLN"), ("12 Kč", "CZK"), ("1 000 Ft", "HUF"), ("лв 5", "BGN"), ("CA$5", "CAD"),
        ("C$5", "CAD"), ("SFr. 5", "CHF"), ("usd", "USD"), ("EUR", "EUR"), ("USD5", "USD"),
        ("5usd", "USD"), ("$5 CAD", "CAD"), ("kr 5 NOK", "NOK"), ("(€5)", "EUR"), ("kr", None),
        ("5 kr.", None), ("$5", None), ("¥5", None), ("Rs. 5", None), ("12 lei", None),
        ("12.50", None), ("", None), ("EURO", None), ("GBPX5", None), ("Ftx", None), ("XXX", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_currency_of_a_cell(text, code):
    assert currency(text) == code


@pytest.mark.parametrize(
    ("text", "shop", "code"),
    [
        ("$5", "CAD", "CAD"), ("$5", "EUR", NO_CURRENCY), ("kr 5", "SEK", "SEK"),
        ("5 kr", "NOK", "NOK"), ("¥5", "CNY", "CNY"), ("Rs 5", "INR", "INR"), ("€5", "USD", "EUR"),
        ("US$5", "CAD", "USD"), ("5", "CAD", None),
    ],
)  # fmt: skip
def test_a_sign_of_several_currencies_is_the_shops_or_nobodys(text, shop, code):
    assert currency(text, shop) == code


@pytest.mark.parametrize("code", sorted(MINOR_DIGITS.keys() - {"UYI"}))  # a unit of account, no tender
def test_every_code_that_the_settings_know_is_found(code):
    assert currency(f"12 {code}") == code


def rate(rates: Rates, code: str | None, day: date, shop_currency: str = "EUR") -> Decimal | None:
    sql = rates.rate_sql("c", "d", shop_currency=shop_currency)
    sql = f"SELECT {sql} FROM (SELECT $c::VARCHAR AS c, $d::DATE AS d)"
    return connection.execute(sql, {"c": code, "d": day}).fetchall()[0][0]


EXACT = Context(prec=60)
RATES = st.decimals("0.00000001", 10**9, places=8)
DAYS = st.dates(date(1990, 1, 1), date(2050, 1, 1))


@settings(deadline=None)
@given(dated=st.dictionaries(DAYS, RATES, min_size=1, max_size=20), day=DAYS)
def test_a_dated_rate_holds_from_its_day_on(dated, day):
    rates = Rates.from_mapping(
        {"USD": "0.92", "SEK": {str(since): f"{each:f}" for since, each in dated.items()}}
    )
    days = sorted(dated)
    for asked in {day, *days[:3]}:
        place = bisect_right(days, asked)
        assert rate(rates, "SEK", asked) == (dated[days[place - 1]] if place else None)
    assert rate(rates, "USD", day) == Decimal("0.92")


def test_the_shops_own_is_one_and_an_unknown_currency_has_no_rate():
    rates = Rates.from_mapping({"USD": "0.92", "EUR": "2"})
    day = date(2025, 1, 1)
    asked = [rate(rates, code, day) for code in ("EUR", "USD", "JPY", NO_CURRENCY, None)]
    assert asked == [1, Decimal("0.92"), None, None, None]
    assert [rate(Rates(), code, day) for code in ("EUR", "USD")] == [1, None]


@settings(deadline=None)
@given(st.decimals(-(10**14) + 1, 10**14 - 1, places=4), RATES)
def test_a_conversion_is_exact(amount, each):
    rates = Rates.from_mapping({"USD": f"{each:f}"})
    sql = convert_sql("a", "c", "d", rates=rates, shop_currency="EUR")
    table = "SELECT $a::DECIMAL(18,4) AS a, unnest(['USD', 'EUR', 'JPY']) AS c, DATE '2025-01-01' AS d"
    sql = f"SELECT {sql} FROM ({table})"
    usd, eur, jpy = (found for (found,) in connection.execute(sql, {"a": amount}).fetchall())
    with_all_digits = int(amount.scaleb(4)) * int(each.scaleb(8))
    assert (int(usd.scaleb(12, EXACT)), eur, jpy) == (with_all_digits, amount, None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"usd": "0.92"}, "'usd', which is not an ISO 4217 code"),
        ({"USD": 0.92}, "write it as a text"),
        ({"USD": 1}, "write it as a text"),
        ({"USD": "0"}, "above 0"),
        ({"USD": "-1"}, "above 0"),
        ({"USD": "1e3"}, "rate of USD"),
        ({"USD": "0,92"}, "rate of USD"),
        ({"USD": "0.123456789"}, "up to 8 decimals"),
        ({"USD": "99999999999"}, "rate of USD"),
        ({"USD": {}}, "are empty"),
        ({"USD": {"2025-02-30": "1"}}, "'2025-02-30'"),
        ({"USD": {"20250101": "1"}}, "'20250101'"),
        ({"USD": {"2025-01-01": "x"}}, "rate of USD"),
        ({"USD": ["1"]}, "rate of USD"),
    ],
)
def test_a_rate_that_is_none_is_refused_with_the_reason(values, said):
    with pytest.raises(BadInput, match=said):
        Rates.from_mapping(values)

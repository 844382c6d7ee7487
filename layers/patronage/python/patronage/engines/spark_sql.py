"""Our SQL in Spark's dialect: translated by sqlglot, and rewritten where both engines mean other things."""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp

_MICROS = {
    "microsecond": 1,
    "millisecond": 10**3,
    "second": 10**6,
    "minute": 60 * 10**6,
}
_CALENDAR = {"year": 0, "month": 1, "week": 2, "day": 3}
"""Units that a clock's change makes longer or shorter, by their places in `make_interval`."""
_SPACES = r"^\p{Zs}+|\p{Zs}+$"
"""What DuckDB trims: every space of Unicode."""
_WHOLE = (exp.Extract, exp.Length, exp.StrPosition)
_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)
_TEXT_TYPES = frozenset({"order_kind"})
"""Types of the other engine that are texts here."""


@cache
def translated(sql: str, minor_digits: int) -> str:
    """Write a statement of DuckDB's dialect for Spark.

    Parameters
    ----------
    sql : str
        In the subset that the tests hold our SQL to; ``$name`` becomes ``:name``. Spark's session must have
        the shop's zone and ANSI's rules.
    minor_digits : int
        Digits of the currency's minor unit, to which `to_minor` rounds.

    Raises
    ------
    sqlglot.errors.SqlglotError
        It cannot be read, or says what Spark cannot.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    for node in reversed(list(tree.walk())):  # what is within first, so that nothing is rewritten twice
        written = _rewritten(node, minor_digits)
        if written is not node:
            node.replace(written)
    return tree.sql(dialect="spark", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)


def _rewritten(node: exp.Expr, minor_digits: int) -> exp.Expr:
    if isinstance(node, exp.Anonymous):
        return _macro(node, minor_digits)
    if isinstance(node, _WHOLE) or (isinstance(node, exp.Window) and isinstance(node.this, _NUMBERING)):
        return exp.cast(node.copy(), "bigint")  # 32 bits there, 64 here
    match node:
        case exp.DateDiff():
            return _difference(node)
        case exp.Div():
            return _quotient(node)
        case exp.Interval():
            return _interval(node)
        case exp.Cast() if node.to.this == exp.DataType.Type.USERDEFINED:
            return exp.cast(node.this, "text") if str(node.to).lower() in _TEXT_TYPES else node
        case _:
            return _function(node)


def _function(node: exp.Expr) -> exp.Expr:
    """Rewrite functions that both engines have, and mean otherwise."""
    match node:
        case exp.Avg() if not isinstance(node.this, exp.Distinct):  # of decimals it is a decimal there
            return exp.Avg(this=exp.cast(node.this.copy(), "double"))
        case exp.Trim() if node.expression is None:
            return _call("regexp_replace", node.this, exp.Literal.string(_SPACES), exp.Literal.string(""))
        case exp.RegexpFullMatch():
            return _full_match(node.this, node.expression)
        case exp.UnixToTime():
            return _instant_of(node.this)  # the usual translation cuts to whole seconds
        case _:
            return node


def _macro(node: exp.Anonymous, minor_digits: int) -> exp.Expression:
    """Write out what is a macro on DuckDB, and functions of it that sqlglot does not know."""
    match node.name.lower(), node.expressions:
        case "to_minor", [amount]:
            digits, unit = exp.Literal.number(minor_digits), exp.Literal.number(10**minor_digits)
            return exp.cast(exp.Mul(this=_call("bround", amount, digits), expression=unit), "bigint")
        case "shop_day", [instant]:
            return exp.cast(instant, "date")  # the session's zone is the shop's
        case "epoch_us", [instant]:
            return _epoch_us(instant)
        case "isfinite", [number]:
            return _is_finite(number)
        case _:
            return node


def _epoch_us(instant: exp.Expression) -> exp.Expression:
    return _call("unix_micros", exp.cast(instant, "timestamp"))


def _instant_of(seconds: exp.Expression) -> exp.Expression:
    """Write the instant of seconds since 1970, to the nearest microsecond; `timestamp_seconds` cuts."""
    micros = exp.Mul(this=exp.cast(seconds, "double"), expression=exp.Literal.number(1_000_000))
    return _call("timestamp_micros", exp.cast(_call("round", micros), "bigint"))


def _full_match(text: exp.Expression, pattern: exp.Expression) -> exp.Expression:
    whole = _call("concat", exp.Literal.string("^(?:"), pattern, exp.Literal.string(")$"))
    return _call("regexp_like", text, whole)


def _is_finite(number: exp.Expression) -> exp.Expression:
    """Write it so that of null it is null."""
    magnitude = _call("abs", exp.cast(number, "double"))
    return exp.paren(exp.LT(this=magnitude, expression=exp.cast(exp.Literal.string("Infinity"), "double")))


def _quotient(node: exp.Div) -> exp.Expression:
    """Divide as DuckDB does, which gives floating-point numbers of decimals, too."""
    above, below = (exp.cast(exp.paren(each.copy()), "double") for each in (node.this, node.expression))
    return exp.paren(exp.Div(this=above, expression=below, typed=False, safe=False))


def _interval(node: exp.Interval) -> exp.Expression:
    """Count days and longer by the shop's calendar, as DuckDB does; a literal day of Spark has 24 hours."""
    unit = node.text("unit").lower().removesuffix("s")
    if unit not in _CALENDAR or node.this is None:
        return node
    amount = exp.cast(node.this.copy(), "int")
    zero = exp.Literal.number(0)
    return _call("make_interval", *(zero.copy() for _ in range(_CALENDAR[unit])), amount)


def _difference(node: exp.DateDiff) -> exp.Expression:
    """Count the borders between two instants, as DuckDB does; Spark counts whole units."""
    end, start, unit = node.this, node.expression, (node.text("unit") or "day").lower()
    if unit in {"week", "hour"}:  # DuckDB cuts hours by the zone's clock, and weeks by no Monday
        raise sqlglot.UnsupportedError(f"DATE_DIFF of {unit}s; divide what is shorter")
    if unit == "day":
        days = _call("datediff", exp.cast(end.copy(), "date"), exp.cast(start.copy(), "date"))
        return exp.cast(days, "bigint")
    if unit in {"month", "quarter", "year"}:
        numbers = [_period(each, unit) for each in (end, start)]
        return exp.cast(exp.paren(exp.Sub(this=numbers[0], expression=numbers[1])), "bigint")
    size = _MICROS[unit]
    floors = [_floor(_epoch_us(each.copy()), size) for each in (end, start)]
    return exp.paren(exp.Sub(this=floors[0], expression=floors[1]))


def _floor(whole: exp.Expression, size: int) -> exp.Expression:
    """Divide a whole number, rounded down, also before 1970."""
    rest = _call("pmod", whole.copy(), exp.Literal.number(size))
    exact = exp.paren(exp.Sub(this=whole, expression=rest))
    return exp.paren(exp.IntDiv(this=exact, expression=exp.Literal.number(size)))


def _period(instant: exp.Expression, unit: str) -> exp.Expression:
    """Return the number of a month, a quarter or a year."""
    year = _call("year", instant.copy())
    if unit == "year":
        return year
    count = 12 if unit == "month" else 4
    within = _call(unit, instant.copy())
    return exp.paren(
        exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(count)), expression=within)
    )


def _call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))

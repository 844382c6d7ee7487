"""Styles of numbers: which mark is the decimal one and which parts the thousands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from patronage.errors import BadInput
from patronage.logic.ingest.values._currencies import MONEY_MARK

BLANKS = " \t\u00a0\u2007\u2009\u202f"
"""Blanks, tabs, and the fixed, thin and narrow ones that programs put between thousands."""

APOSTROPHES = "'\u2019"
MINUSES = "-\u2212"
MONEY = "\u00a4"
"""The sign for any currency, which stands for the one that was found."""

_MARKS = ("", ",", ".", " ", "'")


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written.

    Parameters
    ----------
    name : str
        How reports call it: the number 1234.5 in that style.
    decimal : str
        ``.`` or ``,``.
    thousands : str
        ``,``, ``.``, a blank, an apostrophe, or none. Blanks and apostrophes are read in every style: between
        digits they can mean nothing else.
    is_open : bool
        Whether no text of the column has told the decimal mark so far. Then a text that tells it, or of which
        nobody can say, such as ``12,50`` or ``1.250``, is not read: the whole column must be asked first.
    """

    name: str
    decimal: str
    thousands: str
    is_open: bool = False

    def __post_init__(self) -> None:
        if self.decimal not in {".", ","}:
            raise BadInput(f"the decimal mark {self.decimal!r} must be '.' or ','")
        if self.thousands not in _MARKS or self.thousands == self.decimal:
            raise BadInput(
                f"the thousands mark {self.thousands!r} must be one of {', '.join(map(repr, _MARKS))} and "
                f"not the decimal mark"
            )


PLAIN = NumberStyle("1234.5", ".", "")
OPEN = replace(PLAIN, is_open=True)
POINT = NumberStyle("1,234.5", ".", ",")
COMMA = NumberStyle("1.234,5", ",", ".")


def given_number_style(decimal: str, thousands: str = "") -> NumberStyle:
    """Return the style that a dialect or a settings file pins."""
    return NumberStyle(f"1{thousands}234{decimal}5", decimal, thousands)


EITHER_WAY = r"\.[0-9]{3}(?:[^0-9]|$)"
"""Where this stands in a text without commas, its point may be the decimal mark or part thousands."""
EITHER_WAY_BYTES = 5
"""The shortest such text: ``1.250``."""


def shape(style: NumberStyle) -> str:
    """Return the regular expression, for `re` and RE2 alike, of what the style reads as a number.

    It looks at a text whose currency codes and signs were replaced by `MONEY`. It allows an integer part
    without marks or with marks before each three digits (with commas also as in India: 12,34,567), a
    fraction; a sign before or a minus behind; or parentheses, which mean minus; money on either side. No
    percent sign, no exponent (`PLAIN_SHAPE` has them), no ``12,-``, no ``12€50``.
    """
    blank, minus, sign = f"[{BLANKS}]*", f"[{MINUSES}]", f"[{MINUSES}+]"
    head, tail = f"(?:{MONEY}{blank})?", f"(?:{blank}{MONEY})?"
    number = _number(style)
    ways = (
        f"(?:{sign}{blank})?{head}{number}{tail}",
        f"{MONEY}{blank}{sign}{blank}{number}{tail}",
        f"{head}{number}{tail}{blank}{minus}{tail}",
        f"{head}\\({blank}{head}{number}{tail}{blank}\\){tail}",
    )
    return f"{blank}(?:{'|'.join(ways)}){blank}"


def _number(style: NumberStyle) -> str:
    groups = [f"(?:[{BLANKS}][0-9]{{3}})+", f"(?:[{APOSTROPHES}][0-9]{{3}})+"]
    if style.thousands == ",":
        groups.append("(?:,[0-9]{2,3})*,[0-9]{3}")
    elif style.thousands == ".":
        groups.append("(?:\\.[0-9]{3})+")
    fraction = f"{re.escape(style.decimal)}[0-9]+"
    return f"(?:(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{'|'.join(groups)}))(?:{fraction})?|{fraction})"


PLAIN_SHAPE = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NOISE = f"[{BLANKS}{APOSTROPHES}{MONEY}+({MINUSES[1]})-]"
"""All that `shape` allows beside digits and the marks of a style."""

_MANY_DECIMALS = re.compile(r"[.,][0-9]{5}|[eE]-")
_MOST = 10**14
_NOISE_OF_FLOATS = Decimal("0.00000001")
_PLAIN_SHAPE = re.compile(PLAIN_SHAPE)
_MONEY_MARK = re.compile(MONEY_MARK)
_NOISE = re.compile(NOISE)
_NEGATIVE = re.compile(f"[({MINUSES[1]}-]")
_SHAPES = {style: re.compile(shape(style)) for style in (PLAIN, POINT, COMMA)}


def value(text: str, style: NumberStyle) -> Decimal | None:
    """Return the number that a text is in one of the styles PLAIN, POINT and COMMA, or None."""
    point = text.strip(" \t\r\n\v\f")  # what DuckDB's cast takes off
    if style.decimal == ",":
        point = point.replace(",", ".") if "." not in point else ""
    if _PLAIN_SHAPE.fullmatch(point):
        return Decimal(point)
    marked = _MONEY_MARK.sub(MONEY, text.upper())
    if not _SHAPES[style].fullmatch(marked):
        return None
    digits = _NOISE.sub("", marked).replace(style.thousands or " ", "").replace(",", ".")
    return -Decimal(digits) if _NEGATIVE.search(marked) else Decimal(digits)


def is_rounded(text: str, style: NumberStyle) -> bool:
    """Say whether a number loses some of what it says at four decimals; what a float adds is nothing."""
    if not _MANY_DECIMALS.search(text):
        return False
    found = value(text, COMMA if style.decimal == "," else POINT)
    if found is None or abs(found) >= _MOST:
        return False
    return abs(found - round(found, 4)) >= _NOISE_OF_FLOATS


def is_number(text: str) -> bool:
    """Say whether a text is a number in any style."""
    return value(text, POINT) is not None or value(text, COMMA) is not None

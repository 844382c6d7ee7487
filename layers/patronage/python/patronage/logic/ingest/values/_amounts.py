"""Write the SQL that reads a column of numbers in the one style that it has.

Figures are nanoseconds a row on one thread, DuckDB 2.0.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.ingest.values._currencies import MONEY_MARK
from patronage.logic.ingest.values._evidence import counts_of_only
from patronage.logic.ingest.values._styles import (
    EITHER_WAY,
    EITHER_WAY_BYTES,
    MINUSES,
    MONEY,
    NOISE,
    PLAIN,
    shape,
)
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.ingest.values._styles import NumberStyle

_TYPE = "DECIMAL(18,4)"


def decimal_sql(text: str, style: NumberStyle, *, takes_money: bool = True) -> str:
    """Write the expression that reads a text as DECIMAL(18,4), or NULL where it is no number of the style.

    Digits beyond the fourth decimal are rounded half away from zero, as DuckDB's cast does. More than 14
    digits before the decimal mark, ``inf``, ``nan``, ``0x1F``, ``1_000``, ``5%`` give NULL; ``1e5`` is read,
    for that is how a float is exported.

    Parameters
    ----------
    text : str
        An expression of type VARCHAR, best a column's name: it is repeated.
    style : NumberStyle
        The one style of the column.
    takes_money : bool
        Whether a currency's code or sign may stand beside the number.
    """
    if style.is_open:
        is_clear = f"strlen({text}) < {EITHER_WAY_BYTES} OR NOT regexp_matches({text}, {literal(EITHER_WAY)})"
        return f"CASE WHEN {is_clear} THEN {decimal_sql(text, PLAIN, takes_money=takes_money)} END"
    # The cast (20) reads 1_000 as 1000, which costs 8 to exclude; nothing else of it can misread. The marks
    # and signs are looked for only in what the cast did not take.
    marked = f"regexp_replace(upper({text}), {literal(MONEY_MARK)}, '{MONEY}', 'g')" if takes_money else text
    lenient = (
        f"CASE WHEN regexp_full_match({marked}, {literal(shape(style))}) "
        f"THEN TRY_CAST({_bare(marked, style)} AS {_TYPE}) END"
    )
    if style.decimal == ".":
        return _unless(f"contains({text}, '_')", f"COALESCE(TRY_CAST({text} AS {_TYPE}), {lenient})")
    fast = f"CASE WHEN NOT contains({text}, '.') THEN TRY_CAST(replace({text}, ',', '.') AS {_TYPE}) END"
    return _unless(f"contains({text}, '_')", f"COALESCE({fast}, {lenient})")


def _unless(condition: str, expression: str) -> str:
    return f"CASE WHEN {condition} THEN NULL ELSE {expression} END"


def number_evidence_sql(text: str, styles: Sequence[NumberStyle]) -> tuple[str, ...]:
    """Write one aggregate a style: how many texts it reads that no other style of the list does."""
    reads = [f"{decimal_sql(text, style)} IS NOT NULL" for style in styles]
    return counts_of_only(reads)


def _bare(marked: str, style: NumberStyle) -> str:
    """Leave digits, the decimal point and a minus of a text that has the style's shape."""
    digits = f"regexp_replace({marked}, {literal(NOISE)}, '', 'g')"
    if style.thousands in {",", "."}:
        digits = f"replace({digits}, {literal(style.thousands)}, '')"
    if style.decimal == ",":
        digits = f"replace({digits}, ',', '.')"
    minus = f"CASE WHEN regexp_matches({marked}, {literal(f'[({MINUSES[1]}-]')}) THEN '-' ELSE '' END"
    return f"{minus} || {digits}"

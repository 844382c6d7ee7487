"""Write the SELECT that maps a file's text columns to canonical ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import identifier, literal
from patronage.logic.tables import SOURCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.ingest.dialects import Dialect

_TIMES = ("ordered_at", "updated_at")


def mapping_sql(dialect: Dialect, header: Sequence[str], *, unfloat_customer_id: bool = False) -> str:
    """Write the query over `raw` that gives every canonical column its text, and times their type.

    Parameters
    ----------
    dialect : Dialect
        Says which column is which.
    header : sequence of str
        The file's columns.
    unfloat_customer_id : bool
        Take ``.0`` off the customer ids.
    """
    cells = ["record"]
    for column in SOURCE_COLUMNS:
        text = _text(column, dialect, header)
        if column == "customer_id" and unfloat_customer_id:
            text = f"regexp_replace({text}, '\\.0$', '')"
        if column in _TIMES:
            cells.append(f"{text} AS {column}_text")
        cells.append(f"{_instant(text, dialect) if column in _TIMES else text} AS {column}")
    return f"SELECT {', '.join(cells)} FROM raw"


def floats_sql(dialect: Dialect, header: Sequence[str]) -> str:
    """Write the query that says whether every customer id has the form ``13085.0``."""
    text = _text("customer_id", dialect, header)
    return f"SELECT COALESCE(BOOL_AND(regexp_matches({text}, '^[0-9]+\\.0$')), FALSE) AS are_floats FROM raw"


def _text(column: str, dialect: Dialect, header: Sequence[str]) -> str:
    source = dialect.source_of(column, header)
    text = f"NULLIF({identifier(source)}, '')" if source else "CAST(NULL AS VARCHAR)"
    default = dialect.defaults.get(column)
    return f"COALESCE({text}, {literal(default)})" if default else text


def _instant(text: str, dialect: Dialect) -> str:
    """Type a time; one without an offset is in the session's zone, which is the shop's."""
    if not dialect.date_formats:
        return f"TRY_CAST({text} AS TIMESTAMPTZ)"
    formats = ", ".join(map(literal, dialect.date_formats))
    return f"CAST(try_strptime({text}, [{formats}]) AS TIMESTAMPTZ)"

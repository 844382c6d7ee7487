"""The identity rule as SQL: which of the rows that look alike is the row, and which are repeats.

Where the source has line ids, (order_id, line) is one row, and so is the id of a product, customer, event …:
the newest of them is kept. Where it has none, the order is the unit: its identical lines are kept (two of the
same thing) unless the shop drops them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patronage.logic.tables import Table


def twin_keys(table: Table) -> dict[bool, tuple[str, ...]]:
    """Return the columns of which two rows must be equal to be the same row, by whether a row has a line id.

    For orders without line ids these are the first columns of what makes lines identical; the rest is
    compared only where these agree.
    """
    if table.name == "orders":
        return {True: ("order_id", "line"), False: ("order_id", "product_id", "quantity", "unit_price")}
    return {True: table.identity}


def row_key(columns: tuple[str, ...]) -> str:
    """Write the expression that is equal where these columns are, and hardly ever elsewhere."""
    padded = [*columns, *["NULL"] * (2 - len(columns))]
    padded += ["NULL"] * (4 - len(padded)) if len(padded) == 3 else []
    return f"row_key({', '.join(padded)})"


def twins_sql(source: str, columns: tuple[str, ...]) -> str:
    """Write the query for the rows of a source that share their key with another row of it."""
    key = row_key(columns)
    return (
        f"SELECT * FROM ({source}) WHERE {key} IN "
        f"(SELECT {key} FROM ({source}) GROUP BY {key} HAVING COUNT(*) > 1)"
    )


def disorder_sql(source: str, columns: tuple[str, ...]) -> str:
    """Write the query that counts, as `n`, where the rows of a source do not ascend by a key.

    Where they do, as in most exports, no two of them share it; to see that costs a third of grouping them.
    """
    before = ", ".join(f"LAG({name}) OVER () AS before_{name}" for name in columns)
    *others, last = columns
    ascends = f"{last} > before_{last}"
    for name in reversed(others):
        ascends = f"({name} > before_{name} OR ({name} = before_{name} AND {ascends}))"
    return f"SELECT COUNT(*) AS n FROM (SELECT *, {before} FROM ({source})) WHERE NOT {ascends}"


def fates_sql(table: Table, *, by_line: bool, drops_repeats: bool) -> str:
    """Write the query over `twins` for what becomes of each.

    `twins` has the table's columns, and `file` and `place`, which order the rows as they stand in the upload.

    Returns
    -------
    str
        A query of `file`, `place`, `is_lost` (the row goes), `fate` (repeated or superseded, if it goes),
        `is_copy` (an earlier row is identical) and `is_first_in_file` (none of its own file is).
    """
    content = ", ".join(column.name for column in table.source_columns if column.name != "line" or by_line)
    if by_line:
        key = ", ".join(twin_keys(table)[True])
        newest = "updated_at DESC NULLS LAST, file DESC, place DESC"
        return (
            "SELECT file, place, age > 1 AS is_lost, "
            "CASE WHEN copy > 1 THEN 'repeated' ELSE 'superseded' END AS fate, "
            "FALSE AS is_copy, FALSE AS is_first_in_file FROM ("
            f"SELECT file, place, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {newest}) AS age, "
            f"ROW_NUMBER() OVER (PARTITION BY {content} ORDER BY file DESC, place DESC) AS copy FROM twins)"
        )
    lost = "copy > 1" if drops_repeats else "FALSE"
    return (
        f"SELECT file, place, {lost} AS is_lost, 'repeated' AS fate, copy > 1 AS is_copy, "
        "copy_in_file = 1 AS is_first_in_file "
        f"FROM (SELECT file, place, ROW_NUMBER() OVER (PARTITION BY {content} ORDER BY file, place) AS copy, "
        f"ROW_NUMBER() OVER (PARTITION BY {content}, file ORDER BY place) AS copy_in_file FROM twins)"
    )


def unit(table: Table) -> str:
    """Write the expression of what contests are about: the order, or the row's first identity column."""
    first = table.identity[0]
    return first if table[first].type == "VARCHAR" else f"CAST({first} AS VARCHAR)"


def within_unit(table: Table) -> str:
    """Write the expression of what tells rows of one unit apart."""
    rest = table.identity[1:]
    return f"CONCAT_WS(chr(31), {', '.join(rest)})" if rest else "''"

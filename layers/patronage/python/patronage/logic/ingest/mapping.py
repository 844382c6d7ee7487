"""Write the SQL that turns the records of a file into typed, judged rows of a canonical table.

Four projections stand inside one another, so that DuckDB runs them as one: *mapped* gives every canonical
column its text, *typed* parses it, *judged* names the first rule that a row breaks, and the last one picks
the columns of the lake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.ingest.money import net_columns, net_minor
from patronage.logic.ingest.rules import rule_sql
from patronage.logic.ingest.values import (
    Rates,
    boolean_sql,
    currency_sql,
    decimal_sql,
    instant_sql,
    unfloated_sql,
)
from patronage.logic.queries import identifier, literal
from patronage.logic.tables import KINDS

if TYPE_CHECKING:
    from patronage.logic.ingest.dialects import Rows
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Column
    from patronage.settings import Shop

_SEPARATOR = "chr(31)"


def rows_sql(plan: Plan, shop: Shop, source: str) -> str:
    """Write the query over a source of records for typed and judged rows.

    Parameters
    ----------
    plan : Plan
        How the file is read.
    shop : Shop
        Zone, currency, money rules.
    source : str
        A relation of `record` and the file's columns as text.

    Returns
    -------
    str
        A query of `record`, `rule` (null where the row breaks none), the columns that a file supplies, and of
        orders `has_line_id` and the net. Its parameter ``$latest`` is the last instant at which a
        row may stand.
    """
    judged = f"SELECT *, {rule_sql(plan.table)} AS rule FROM ({_typed(plan, shop, mapped_sql(plan, source))})"
    if plan.table.name != "orders":
        columns = ", ".join(column.name for column in plan.table.source_columns)
        return f"SELECT record, rule, {columns} FROM ({judged})"
    return _with_money(plan, shop, judged)


def mapped_sql(plan: Plan, source: str) -> str:
    """Write the query that gives every canonical column its text, called as `text_name` says."""
    kinds: list[Rows] = [plan.dialect, *plan.dialect.also]
    return " UNION ALL ".join(_mapped(plan, rows, source, number=number) for number, rows in enumerate(kinds))


def text_name(column: Column) -> str:
    """Return what the text of a canonical column is called before it is parsed."""
    if column.one_of == KINDS:
        return "kind_given"
    return column.name if column.type == "VARCHAR" else f"{column.name}_text"


def rate_sql(shop: Shop) -> str:
    """Write the rate of `currency` on the day of `ordered_at`, in the shop's currency; null for none."""
    rates = Rates.from_mapping(shop.rates)
    return rates.rate_sql("currency", "shop_day(ordered_at)", shop_currency=shop.currency)


def _mapped(plan: Plan, rows: Rows, source: str, *, number: int) -> str:
    cells = ["record", "is_broken"]
    for column in plan.table.source_columns:
        text = _text(plan, rows, column.name)
        if column.name == "line":
            cells.append(f"{text} IS NOT NULL AS has_line_id")
            text = f"COALESCE({text}, {_place(plan, number)})"
        cells.append(f"{text} AS {text_name(column)}")
    where = f" WHERE {rows.where}" if rows.where else ""
    return f"SELECT {', '.join(cells)} FROM ({_exploded(plan, source)}){where}"


def _place(plan: Plan, number: int) -> str:
    """Write what stands for the line id of a source that has none: the record, and what else is needed."""
    if plan.dialect.explode:
        return "CONCAT(record, '-', position)"
    return f"CONCAT(record, '.', {number})" if number else "CAST(record AS VARCHAR)"


def _exploded(plan: Plan, source: str) -> str:
    if not plan.dialect.explode:
        return source
    items = (
        f"UNNEST({plan.dialect.explode}) AS item, generate_subscripts({plan.dialect.explode}, 1) AS position"
    )
    return f"SELECT *, {items} FROM ({source})"


def _text(plan: Plan, rows: Rows, column: str) -> str:
    """Write a column's text: an expression, else the file's column; then its values, then its default."""
    source = rows.source_of(column, plan.header)
    text = rows.expression_of(column, plan.header) or (identifier(source) if source else None)
    default = rows.defaults.get(column)
    if text is None:
        return literal(default) if default is not None else "CAST(NULL AS VARCHAR)"
    if plan.format.kind != "csv" or column in rows.expressions:
        text = f"NULLIF(CAST({text} AS VARCHAR), '')"
    if column in plan.stripped:
        text = f"TRIM({text})"
    if column in plan.unfloated:
        text = unfloated_sql(text)
    if column == "customer_id":
        # Beyond '!' no text begins with a blank, so the trimming is for the few that do.
        text = f"CASE WHEN {text} > '!' OR TRIM({text}) <> '' THEN {text} END"
    if values := rows.values.get(column):
        known = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in values.items())
        text = f"CASE {text} {known} ELSE {text} END"
    return text if default is None else f"COALESCE({text}, {literal(default)})"


def _typed(plan: Plan, shop: Shop, mapped: str) -> str:
    cells = ["*"]
    parsed = [column for column in plan.table.source_columns if column.type != "VARCHAR"]
    cells += [f"{_parsed(plan, shop, column)} AS {column.name}" for column in parsed]
    if plan.table.name == "orders":
        inner = f"SELECT * REPLACE ({_currency(plan, shop)} AS currency), {_marks(plan)} FROM ({mapped})"
        typed = f"SELECT {', '.join(cells)} FROM ({inner})"
        return f"SELECT *, {rate_sql(shop)} AS rate FROM ({typed})"
    derived = _derived_id(plan)
    inner = f"SELECT * REPLACE ({derived}) FROM ({mapped})" if derived else mapped
    return f"SELECT {', '.join(cells)} FROM ({inner})"


def _parsed(plan: Plan, shop: Shop, column: Column) -> str:
    text = f"{column.name}_text"
    if column.is_amount:
        style = plan.numbers.get(column.name)
        # Where no price of the sample names a currency, one that does later on is refused, not misread.
        is_bare = column.name == "unit_price" and not plan.has_signs and not plan.has("currency")
        return decimal_sql(text, style, takes_money=not is_bare) if style else _nothing(column)
    if column.type == "BOOLEAN":
        return boolean_sql(text)
    forms = plan.times.get(column.name, ())
    instants = [instant_sql(text, form, zone=shop.timezone) for form in forms]
    if not instants:
        return _nothing(column)
    *others, instant = instants
    for first in reversed(others):  # DuckDB would compute every argument of COALESCE for every row
        instant = f"CASE WHEN {first} IS NOT NULL THEN {first} ELSE {instant} END"
    return f"shop_day({instant})" if column.type == "DATE" else instant


def _nothing(column: Column) -> str:
    return f"CAST(NULL AS {column.type})"


def _currency(plan: Plan, shop: Shop) -> str:
    """Take the file's currency column, else the sign inside the price, else the shop's own currency."""
    own = literal(plan.currency or shop.currency)
    if plan.has_signs:
        sign = currency_sql("unit_price_text", shop_currency=plan.currency or shop.currency)
        own = f"COALESCE({sign}, {own})"
    if not plan.has("currency"):
        return own
    # The usual cell is the code as it should be: a comparison costs a third of the tidying.
    tidy = f"COALESCE(UPPER(TRIM(currency)), {own})"
    return f"CASE WHEN currency = {literal(shop.currency)} THEN currency ELSE {tidy} END"


def _marks(plan: Plan) -> str:
    dialect = plan.dialect
    cancelled = "COALESCE(kind_given = 'cancellation', FALSE)" if plan.has("kind") else "FALSE"
    if dialect.cancellation_order_id:
        pattern = literal(dialect.cancellation_order_id)
        cancelled = f"(COALESCE(regexp_matches(order_id, {pattern}), FALSE) OR {cancelled})"
    fee = "FALSE"
    if dialect.fee_product_id:
        fee = f"COALESCE(regexp_matches(product_id, {literal(dialect.fee_product_id)}), FALSE)"
    return f"{cancelled} AS is_cancelled, {fee} AS is_fee"


def _derived_id(plan: Plan) -> str:
    """Tell rows without an id of their own apart by what they say."""
    texts = [text_name(column) for column in plan.table.source_columns]
    if plan.table.name == "events":
        made = _digest(name for name in texts if name not in {"event_id", "updated_at_text"})
        return f"COALESCE(event_id, {made}) AS event_id"
    if plan.table.name == "ratings":
        by_whom = _digest(("customer_id", "product_id", "aspect"))
        by_content = _digest(name for name in texts if name != "rating_id")
        made = f"CASE WHEN customer_id IS NULL THEN {by_content} ELSE {by_whom} END"
        return f"COALESCE(rating_id, {made}) AS rating_id"
    if plan.table.name == "calendar":
        return "COALESCE(country, '') AS country"
    return ""


def _digest(columns: object) -> str:
    cells = ", ".join(f"COALESCE({name}, '')" for name in columns)  # type: ignore[attr-defined]
    return f"MD5(CONCAT_WS({_SEPARATOR}, {cells}))"


def _with_money(plan: Plan, shop: Shop, judged: str) -> str:
    given = frozenset(name for name in ("discount", "tax", "shipping") if plan.has(name))
    money = f"SELECT *, {', '.join(net_columns(shop, given=given))} FROM ({judged})"
    columns = [
        f"{_kind(plan)} AS kind" if column.name == "kind" else column.name
        for column in plan.table.source_columns
    ]
    narrow = "CASE WHEN net_small IS NULL THEN net_wide END AS net_wide"
    return (
        f"SELECT record, rule, {', '.join(columns)}, has_line_id, net_small, {narrow}, rate, "
        f"CASE WHEN rule IS NULL THEN {net_minor(shop)} END AS net_minor FROM ({money})"
    )


def _kind(plan: Plan) -> str:
    """Write the kind of a line as an enumeration, which Parquet writes at once."""
    given = "CAST(kind_given AS order_kind)" if plan.has("kind") else "NULL"
    told = (
        "CASE WHEN is_cancelled THEN CAST('cancellation' AS order_kind) "
        "WHEN is_fee THEN CAST('fee' AS order_kind) "
        "WHEN quantity < 0 THEN CAST('refund' AS order_kind) ELSE CAST('sale' AS order_kind) END"
    )
    return f"CASE WHEN rule IS NULL THEN COALESCE({given}, {told}) END"

"""Write the SQL that turns the records of a file into typed, judged rows of a canonical table.

Four projections stand inside one another, so that DuckDB runs them as one: *mapped* gives every canonical
column its text, *typed* parses it, *judged* names the first rule that a row breaks, and the last one picks
the columns of the lake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.ingest.money import amount, net_minor, with_net
from patronage.logic.ingest.plain import PlainColumns
from patronage.logic.ingest.rules import rule_sql, rules_kept
from patronage.logic.ingest.values import (
    OWN_RATE,
    Rates,
    boolean_sql,
    clock_sql,
    currency_sql,
    decimal_sql,
    instant_sql,
    integer_sql,
    unfloated_sql,
)
from patronage.logic.queries import identifier, literal
from patronage.logic.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.ingest.dialects import Rows
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Column
    from patronage.settings import Shop

_NONE = PlainColumns()
_SEPARATOR = "chr(31)"
_LATER = ("recommendation_id", "placement", "position_text", "is_simulated_text")
"""Texts of events that came into the lake late: an id made of the others stays where these are not given."""
_MADE = frozenset({"line", "currency", "kind", "event_id", "rating_id", "country"})
"""Columns that have a value also where a file does not say it, in one table or another."""


def rows_sql(plan: Plan, shop: Shop, source: str, plain: PlainColumns = _NONE) -> str:
    """Write the query over a source of records for typed and judged rows.

    Parameters
    ----------
    plan : Plan
        How the file is read.
    shop : Shop
        Zone, currency, money rules.
    source : str
        A relation of `record` and the file's columns as text.
    plain : PlainColumns
        The columns that are no text but have their type already.

    Returns
    -------
    str
        A query of `record`, `rule` (null where the row breaks none), the columns that a file supplies, and of
        orders `has_line_id` and the net. Its parameter ``$latest`` is the last instant at which a
        row may stand.
    """
    judged = judged_sql(plan, shop, source, plain)
    if plan.table.name != "orders":
        columns = ", ".join(column.name for column in plan.table.source_columns)
        return f"SELECT record, rule, {columns} FROM ({judged})"
    return _with_money(plan, shop, judged)


def judged_sql(plan: Plan, shop: Shop, source: str, plain: PlainColumns = _NONE) -> str:
    """Write the part of `rows_sql` that judges: `record`, `rule`, and the columns that this takes."""
    typed = _typed(plan, shop, mapped_sql(plan, source, plain), plain)
    kept = rules_kept(
        plan.table, absent=absent_columns(plan), plain=plain.types, is_text=plan.format.kind != "json"
    )
    return f"SELECT *, {rule_sql(plan.table, kept)} AS rule FROM ({typed})"


def absent_columns(plan: Plan) -> dict[str, str]:
    """Return the columns of which the file says nothing and nothing is made, which are null, by type."""
    columns = [column for column in plan.table.source_columns if column.name not in _MADE]
    return {column.name: column.type for column in columns if not plan.has(column.name)}


def mapped_sql(plan: Plan, source: str, plain: PlainColumns = _NONE) -> str:
    """Write the query that gives every canonical column its text, called as `text_name` says.

    Plain columns have their value there instead; times as a wall clock shows them.
    """
    kinds: list[Rows] = [plan.dialect, *plan.dialect.also]
    return " UNION ALL ".join(_mapped(plan, rows, source, number, plain) for number, rows in enumerate(kinds))


def text_name(column: Column) -> str:
    """Return what the text of a canonical column is called before it is parsed."""
    if column.one_of == KINDS:
        return "kind_given"
    return column.name if column.type == "VARCHAR" else f"{column.name}_text"


def unread_sql(plan: Plan, shop: Shop, source: str, column: Column) -> str:
    """Write the query for the different texts of a column that are no value in the form that it has."""
    name = text_name(column)
    is_unread = f"{name} IS NOT NULL AND {_parsed(plan, shop, column, _NONE)} IS NULL"
    return f"SELECT DISTINCT {name} AS text FROM ({mapped_sql(plan, source)}) WHERE {is_unread}"


def rate_sql(shop: Shop) -> str:
    """Write the rate of `currency` on the day of `ordered_at`, in the shop's currency; null for none."""
    rates = Rates.from_mapping(shop.rates)
    return rates.rate_sql("currency", "shop_day(ordered_at)", shop_currency=shop.currency)


def rate_and_amount(shop: Shop, *, is_own: bool = False) -> str:
    """Write the columns that the rules and the money of an order line need beside what it says.

    Parameters
    ----------
    shop : Shop
        Its currency and rates.
    is_own : bool
        Whether all lines are known to be in its currency.
    """
    return f"{OWN_RATE if is_own else rate_sql(shop)} AS rate, {amount()} AS amount"


def _mapped(plan: Plan, rows: Rows, source: str, number: int, plain: PlainColumns) -> str:
    cells = ["record", "is_broken"]
    for column in plan.table.source_columns:
        is_plain = column.name in plain.types
        plain_cell = identifier(rows.source_of(column.name, plan.header) or "")
        text = plain_cell if is_plain else _text(plan, rows, column.name)
        if column.name == "line":
            cells.append(f"{text} IS NOT NULL AS has_line_id")
            text = text if is_plain else f"COALESCE({text}, {_place(plan, number)})"
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
        text = f"CASE WHEN {text} > '!' THEN {text} WHEN TRIM({text}) <> '' THEN {text} END"
    if values := rows.values.get(column):
        known = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in values.items())
        text = f"CASE {text} {known} ELSE {text} END"
    return text if default is None else f"COALESCE({text}, {literal(default)})"


def _typed(plan: Plan, shop: Shop, mapped: str, plain: PlainColumns) -> str:
    cells = ["*"]
    parsed = [column for column in plan.table.source_columns if column.type != "VARCHAR"]
    cells += [f"{_parsed(plan, shop, column, plain)} AS {column.name}" for column in parsed]
    if plan.table.name == "orders":
        currency = _currency(plan, shop, plain)
        inner = f"SELECT * REPLACE ({currency} AS currency), {_marks(plan)} FROM ({mapped})"
        typed = f"SELECT {', '.join(cells)} FROM ({inner})"
        is_own = _is_own_currency(plan, shop, plain)
        return f"SELECT *, {rate_and_amount(shop, is_own=is_own)} FROM ({typed})"
    derived = _derived_id(plan)
    inner = f"SELECT * REPLACE ({derived}) FROM ({mapped})" if derived else mapped
    return f"SELECT {', '.join(cells)} FROM ({inner})"


def _parsed(plan: Plan, shop: Shop, column: Column, plain: PlainColumns) -> str:
    text = f"{column.name}_text"
    if column.name in plain.types:
        return clock_sql(text, plain.changes, zone=shop.timezone) if column.is_time else text
    if column.is_amount:
        style = plan.numbers.get(column.name)
        # Where no price of the sample names a currency, one that does later on is refused, not misread.
        is_bare = column.name == "unit_price" and plan.may_have_signs
        return decimal_sql(text, style, takes_money=not is_bare) if style else _nothing(column)
    if column.type == "BOOLEAN":
        return boolean_sql(text)
    if column.type == "BIGINT":
        return integer_sql(text)
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


def _currency(plan: Plan, shop: Shop, plain: PlainColumns) -> str:
    """Take the file's currency column, else the sign inside the price, else the shop's own currency."""
    meant = plan.currency or shop.currency
    own = literal(meant)
    if kind := plain.types.get("currency"):
        return f"COALESCE(currency, CAST({own} AS {kind}))"
    if plan.has_signs:
        sign = currency_sql("unit_price_text", shop_currency=meant)
        own = f"COALESCE({sign}, {own})"
    if not plan.has("currency"):
        return own
    # The usual cell is the code as it should be: a comparison costs a third of the tidying.
    code = "NULLIF(UPPER(TRIM(currency)), '')"
    tidy = (
        f"CASE WHEN regexp_full_match({code}, '[A-Z]{{3}}') THEN {code} "
        f"ELSE COALESCE({currency_sql('currency', shop_currency=meant)}, {code}, {own}) END"
    )
    return f"CASE WHEN currency = {literal(shop.currency)} THEN currency ELSE {tidy} END"


def _is_own_currency(plan: Plan, shop: Shop, plain: PlainColumns) -> bool:
    """Say whether no line can be in another currency than the shop's own."""
    if plan.has_signs or plan.currency not in {"", shop.currency}:
        return False
    return "currency" in plain.types or not plan.has("currency")


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
        beside = {"event_id", "updated_at_text", *_LATER}
        made = _digest((name for name in texts if name not in beside), where_given=_LATER)
        return f"COALESCE(event_id, {made}) AS event_id"
    if plan.table.name == "ratings":
        by_whom = _digest(("customer_id", "product_id", "aspect"))
        by_content = _digest(name for name in texts if name != "rating_id")
        made = f"CASE WHEN customer_id IS NULL THEN {by_content} ELSE {by_whom} END"
        return f"COALESCE(rating_id, {made}) AS rating_id"
    if plan.table.name == "calendar":
        return "COALESCE(country, '') AS country"
    return ""


def _digest(columns: Iterable[str], *, where_given: Iterable[str] = ()) -> str:
    """Write a digest of some columns, and of others where they are not null."""
    cells = [f"COALESCE({name}, '')" for name in columns]
    cells += [f"{literal(f'{name}=')} || {name}" for name in where_given]  # CONCAT_WS passes over nulls
    return f"MD5(CONCAT_WS({_SEPARATOR}, {', '.join(cells)}))"


def _with_money(plan: Plan, shop: Shop, judged: str) -> str:
    parts = ("discount", "shipping") if plan.dialect.prices_exclude_tax else ("discount", "tax", "shipping")
    given = frozenset(name for name in parts if plan.has(name))
    columns = [
        f"{_kind(plan)} AS kind" if column.name == "kind" else column.name
        for column in plan.table.source_columns
    ]
    return (
        f"SELECT record, rule, {', '.join(columns)}, has_line_id, net_small, net_wide, rate, "
        f"CASE WHEN rule IS NULL THEN {net_minor(shop)} END AS net_minor "
        f"FROM ({with_net(judged, shop, given=given)})"
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

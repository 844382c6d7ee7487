"""The rules that a row must keep, most of them derived from the schema of its table.

A rule has a name, the column that it looks at, a sentence for a person, and the SQL condition under which a
typed row breaks it. In a condition `<column>_text` is the text of a column that is no text, ``$latest`` the
last instant at which a row may stand, and `amount` the size of quantity times price.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from patronage.logic.ingest.values import NO_CURRENCY
from patronage.logic.queries import literal
from patronage.logic.tables import KINDS, ORDERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from patronage.logic.tables import Column, Table

MAX_ID_BYTES = 1024
_FORMS = {
    "DECIMAL(18,4)": ("not-a-number", "is no decimal number such as 3, -1.5 or 1234.50"),
    "TIMESTAMPTZ": (
        "not-a-time",
        "is no time in the form that its column has, or lies outside 1900 to 2200",
    ),
    "DATE": ("not-a-day", "is no day in the form that its column has, or lies outside 1900 to 2200"),
    "BOOLEAN": ("not-yes-or-no", "is neither yes nor no, true nor false, 1 nor 0"),
    "BIGINT": ("not-a-whole-number", "is no whole number such as 1 or 12"),
}


@dataclass(frozen=True)
class Rule:
    """Why a row is refused."""

    name: str
    column: str
    sentence: str
    condition: str = ""


_UNREADABLE = (
    Rule("wrong-column-count", "", "the row has more or fewer cells than the header"),
    Rule("quotes-unbalanced", "", "a quote stands inside a cell without being doubled"),
    Rule("not-readable-as-text", "", "the row cannot be read as text"),
    Rule("line-too-long", "", "the row is longer than 4 MB"),
    Rule("not-json", "", "the line is no JSON object", "is_broken"),
)
_WHOLE_FILE = Rule("file-refused", "", "too large a share of the file's rows was refused, so none was kept")

_ORDER_RULES = (
    Rule("quantity-zero", "quantity", "a quantity of 0 moves nothing", "quantity = 0"),
    Rule(
        "amount-too-large",
        "unit_price",
        "quantity times price is beyond ten million millions",
        "amount > 1e13",
    ),
    Rule(
        "discount-above-amount",
        "discount",
        "the discount is more than quantity times price",
        "discount > amount + 0.00005",
    ),
    Rule(
        "currency-not-told-by-its-sign",
        "currency",
        "several currencies use this sign; name the one that is meant by `currency` in the file's sidecar",
        f"rate IS NULL AND CAST(currency AS VARCHAR) = {literal(NO_CURRENCY)}",
    ),
    Rule(
        "currency-without-a-rate",
        "currency",
        "the currency is not the shop's, and the shop's settings give no rate for it",
        "rate IS NULL",
    ),
    Rule(
        "kind-and-quantity-disagree",
        "kind",
        "goods that come back have a negative quantity, goods that are sold a positive one",
        "(kind_given = 'sale' AND quantity < 0) "
        "OR (kind_given IN ('cancellation', 'refund') AND quantity > 0)",
    ),
    Rule(
        "stock-movement",
        "quantity",
        "a negative quantity at price 0 moves stock, not money",
        "quantity < 0 AND unit_price = 0 AND NOT is_cancelled",
    ),
)


@cache
def rules_of(table: Table) -> tuple[Rule, ...]:
    """Return the rules that have a condition, in the order in which the first broken one is named."""
    derived = tuple(rule for column in table.source_columns for rule in _of_column(column, table))
    return (_UNREADABLE[-1], *derived, *(_ORDER_RULES if table is ORDERS else ()))


@cache
def rules_by_name(table: Table) -> dict[str, Rule]:
    """Return every rule for which a row of a table may be refused."""
    return {rule.name: rule for rule in (*_UNREADABLE, *rules_of(table), _WHOLE_FILE)}


def form_rule(column: Column) -> str:
    """Return the name of the rule that a text breaks which is no value of its column's form."""
    return f"{column.name.replace('_', '-')}-{_FORMS[column.type][0]}"


def _of_column(column: Column, table: Table) -> Iterator[Rule]:
    stem, words = column.name.replace("_", "-"), column.name.replace("_", " ")
    text = column.name if column.type == "VARCHAR" else f"{column.name}_text"
    given = "kind_given" if column.name == "kind" and table is ORDERS else column.name
    if column.required:
        says = f"the {words} is empty; every row of {table.name} must have one"
        yield Rule(f"{stem}-missing", column.name, says, f"{text} IS NULL")
    if column.type in _FORMS:
        suffix, says = _FORMS[column.type]
        broken = f"{column.name} IS NULL AND {text} IS NOT NULL"
        yield Rule(f"{stem}-{suffix}", column.name, f"the {words} {says}", broken)
    if column.low is not None:
        says = f"the {words} is below {column.low:g}; {_hint(column)}"
        suffix = "negative" if column.low == 0 else "too-low"
        yield Rule(f"{stem}-{suffix}", column.name, says, f"{column.name} < {column.low:g}")
    if column.type == "TIMESTAMPTZ" and column.name != "released_at":
        says = f"the {words} lies more than a day ahead of now"
        yield Rule(f"{stem}-in-the-future", column.name, says, f"{column.name} > $latest")
    if column.one_of:
        says = (
            f"the {words} is none of {', '.join(column.one_of)}; map the file's word to one of them by "
            "`values` in a dialect (docs/dialects.md)"
        )
        listed = ", ".join(map(literal, column.one_of))
        yield Rule(f"{stem}-unknown", column.name, says, f"{given} NOT IN ({listed})")
    if column.is_id:
        says = f"the {words} is longer than {MAX_ID_BYTES:,} bytes, which is no id"
        yield Rule(f"{stem}-too-long", column.name, says, f"strlen({column.name}) > {MAX_ID_BYTES}")


def _hint(column: Column) -> str:
    if column.name == "discount":
        return "write it as the positive amount taken off"
    if column.name == "position":
        return "the first place is 1"
    return "a negative price is an entry of the books (a bad debt, say), no row of a shop's goods"


def rule_sql(table: Table, kept: Collection[str] = ()) -> str:
    """Write the expression for the name of the first rule that a row breaks; null where it breaks none.

    The usual row breaks none, and is told by one disjunction.

    Parameters
    ----------
    table : Table
        The canonical table.
    kept : collection of str
        Names of rules that no row can break.
    """
    rules = [rule for rule in rules_of(table) if rule.name not in kept]
    some = " OR ".join(f"({rule.condition})" for rule in rules)
    named = " ".join(f"WHEN {rule.condition} THEN {literal(rule.name)}" for rule in rules)
    return f"CASE WHEN {some} THEN CASE {named} END END"


def rules_kept(table: Table, *, absent: Collection[str], plain: Collection[str], is_text: bool) -> set[str]:
    """Return the rules that no row can break, by what is known of its columns.

    Parameters
    ----------
    table : Table
        The canonical table.
    absent : collection of str
        Columns that are null throughout.
    plain : collection of str
        Columns whose cells the reader has turned into values; a plain currency is the shop's.
    is_text : bool
        Whether the rows are records of a text that cannot be broken inside, which is any but JSON.
    """
    amounts = [table[name] for name in plain if table[name].is_amount]
    kept = {rule.name for rule in rules_of(table) if rule.column in absent} | set(map(form_rule, amounts))
    if "currency" in plain:
        kept |= {"currency-without-a-rate", "currency-not-told-by-its-sign"}
    return kept | ({"not-json"} if is_text else set())


__all__ = [
    "KINDS",
    "MAX_ID_BYTES",
    "Rule",
    "form_rule",
    "rule_sql",
    "rules_by_name",
    "rules_kept",
    "rules_of",
]

"""The SQL that both engines are known to run alike: what statements may be made of, and who is beyond it.

A statement is in the subset if each of its parts is of a kind that has run on both engines with equal
results (`KINDS`, `MACROS`), if it has none of the forms below that Spark lacks or that sqlglot loses, and if
nothing is missing of it once it is translated.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from patronage.engines.spark_sql import translated
from patronage.logic.queries import query_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines_support import Recorder

MACROS = frozenset({"shop_day", "to_minor", "epoch_us", "isfinite"})
"""Functions that sqlglot does not know and `spark_sql` writes out."""

_NAMES = """
Abs Add Alias And Anonymous ArgMin Avg Between Boolean CTE Case Cast Coalesce Column ConcatWs
Contains Count DPipe DataType DateDiff Distinct Div EQ Exists Exp Explode Extract Filter Floor From
GT GTE GenerateSeries Greatest Group GroupingSets Having Identifier If IgnoreNulls In IntDiv
Interval Is IsNan Join LT LTE Lag LastValue Lead Least Like Limit Literal Ln Log LogicalOr Lower Max
Median Min Mod Mul NEQ Neg Not Null NullSafeEQ Nullif Or Order Ordered Paren Placeholder Pow
RegexpFullMatch Round RowNumber Select SplitPart Sqrt Star StrPosition Sub Subquery Substring Sum
Table TableAlias TimestampTrunc Trim Tuple Union Values Var Where Window WindowSpec With
"""
KINDS = frozenset(_NAMES.split())
"""Parts of statements, by sqlglot's names, that run in `tests/spark` with equal results."""

_KEPT = (exp.Distinct, exp.Filter, exp.Group, exp.Having, exp.IgnoreNulls, exp.Join, exp.Limit, exp.Offset)
_KEPT += (exp.Order, exp.Ordered, exp.Union, exp.Where, exp.Window, exp.With)
"""What must still be there after translation: sqlglot drops some in silence, as the order of a list."""

DUCKDB_ALONE = {
    "ingest_": "an upload is ingested by one function, in chunks",
    "synthetic_": "a synthetic shop is drawn on one machine",
    "simulated_": "visits are simulated on one machine",
    "features_product_": "a command looks up features of products; no run has them",
    "volumes": "volumes for the cost are counted by a command",
}
"""By the beginning of its name, why a query never runs on Spark."""


def is_duckdb_alone(name: str) -> bool:
    """Say whether a query never runs on Spark."""
    return any(name.startswith(prefix) for prefix in DUCKDB_ALONE)


def is_of_monitoring(name: str) -> bool:
    """Say whether it is monitoring that runs a query."""
    return name.startswith(("drift_", "effectiveness_", "experiment_"))


def never_ran(recorder: Recorder, is_asked: Callable[[str], bool]) -> list[str]:
    """Name the queries that must run on Spark and did not, and those that did although they need not."""
    ran = recorder.queries()
    return [name for name in query_names() if is_asked(name) and (name in ran) == is_duckdb_alone(name)]


def beyond_the_subset(sql: str) -> list[str]:
    """Name what of a statement is not known to run alike on both engines."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = sorted({type(node).__name__ for node in tree.walk()} - KINDS)
    found += sorted({node.name.lower() for node in tree.find_all(exp.Anonymous)} - MACROS)
    found += [name for name, is_found in _forms(tree).items() if is_found]
    return found or _lost(tree, sql)


def _forms(tree: exp.Expression) -> dict[str, bool]:
    ordered = (exp.ArrayAgg, exp.GroupConcat, exp.List)
    return {
        "SELECT * REPLACE": any(node.args.get("replace") for node in tree.find_all(exp.Star)),
        "ASOF or POSITIONAL JOIN": any(
            node.method in {"ASOF", "POSITIONAL"} for node in tree.find_all(exp.Join)
        ),
        "an ordered list": any(node.find(exp.Order) for node in tree.find_all(*ordered)),
        "GROUP BY ALL": any(node.args.get("all") for node in tree.find_all(exp.Group)),
        "ORDER BY ALL": any(each.this.name.lower() == "all" for each in tree.find_all(exp.Ordered)),
    }


def _lost(tree: exp.Expression, sql: str) -> list[str]:
    """Name what is no longer there when the translation is read again."""
    written = re.sub(r":(\w+)", r":given_\1", translated(sql, 2))  # a parameter may be called as a keyword is
    there = _count(sqlglot.parse_one(written, read="spark"))
    return [f"{kind} is lost" for kind, count in _count(tree).items() if there[kind] < count]


def _count(tree: exp.Expression) -> Counter[str]:
    return Counter(type(node).__name__ for node in tree.find_all(*_KEPT))

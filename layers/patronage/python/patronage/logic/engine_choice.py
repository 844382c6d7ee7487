"""Which engine carries a run: by what was counted, and the limits of the lake's `settings/engine.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.said import said
from patronage.logic.settings_text import located, toml_of
from patronage.logic.settings_values import check_values, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.logic.said import Said

SETTINGS = "settings/engine.toml"
"""Where the settings lie in the lake."""
AUTO, DUCKDB, SPARK, TOO_LARGE = "auto", "duckdb", "spark", "too_large"
ENGINES = (AUTO, DUCKDB, SPARK)
COUNTED = {"orders": "order lines", "customers": "customers", "products": "products", "events": "events"}
"""The tables whose rows are counted, and what a row is called."""


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """What one function carries, and whether a run may go elsewhere.

    Parameters
    ----------
    engine : str
        "auto" (Spark where a limit is passed), or "duckdb" or "spark" whatever was counted.
    max_lines : int
        Order lines. Of so many lines, customers and products together the hungriest step takes 2.4 of the
        3 GB of a function (``make bench NAME=memory``); it grows with each of the three.
    max_customers : int
        Rows of `customers`.
    max_products : int
        Rows of `products`.
    max_events : int
        Rows of `events`. DuckDB spills what it has no memory for; what bounds them is the 15 minutes of a
        call, of which 100 million take about half (``make bench NAME=plan``, by arithmetic).
    """

    engine: str = AUTO
    max_lines: int = 10_000_000
    max_customers: int = 1_000_000
    max_products: int = 100_000
    max_events: int = 100_000_000

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise wrong(SETTINGS, "engine", self.engine, f"be {', '.join(ENGINES[:-1])} or {ENGINES[-1]}")
        for table, name in _LIMITS.items():
            if getattr(self, name) < 1:
                raise wrong(SETTINGS, name, getattr(self, name), f"be at least 1 ({COUNTED[table]})")

    @classmethod
    def from_toml(cls, content: str | bytes) -> EngineOptions:
        """Read the settings file; what it leaves out is as usual.

        Raises
        ------
        BadInput
            A name is unknown or a value breaks a rule; the message names both.
        """
        values = toml_of(content, SETTINGS)
        with located(content, SETTINGS):
            check_values(values, cls(), SETTINGS)
            return cls(**values)

    def limit(self, table: str) -> int:
        """Return how many rows of a table of `COUNTED` one function carries."""
        return int(getattr(self, _LIMITS[table]))


_LIMITS = {
    "orders": "max_lines",
    "customers": "max_customers",
    "products": "max_products",
    "events": "max_events",
}


@dataclass(frozen=True)
class Choice:
    """The engine of a run, "duckdb", "spark" or "too_large", and why.

    Parameters
    ----------
    engine : str
        The engine.
    why : Said
        A sentence with the numbers. Its values hold ``rows`` and ``limits`` by table: of those that are there
        where one function carries the run, else of those that passed their limit.
    """

    engine: str
    why: Said

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.why.text


def choose_engine(
    rows: Mapping[str, int], options: EngineOptions, *, has_spark: bool, in_functions: bool = True
) -> Choice:
    """Choose the engine for a run.

    Parameters
    ----------
    rows : mapping
        How many rows each table of `COUNTED` has at its pinned version; a table that is not there has none.
    options : EngineOptions
        The shop's limits.
    has_spark : bool
        Whether whoever runs this can start a Spark job.
    in_functions : bool
        Whether functions carry what Spark does not; else it is a machine, which holds what it holds.

    Examples
    --------
    >>> usual = EngineOptions()
    >>> choose_engine({"orders": 120}, usual, has_spark=False).reason
    '120 order lines: one function carries 10,000,000 order lines'
    >>> chosen = choose_engine({"orders": 120, "products": 600_000}, usual, has_spark=True)
    >>> chosen.engine, chosen.reason
    ('spark', '600,000 products are more than the 100,000 that one function carries')
    """
    passed = [table for table in COUNTED if rows.get(table, 0) > options.limit(table)]
    numbers = _numbers(passed, rows, options)
    beyond = "; ".join(_beyond(table, rows, options) for table in passed)
    if passed and options.engine == DUCKDB:
        return Choice(DUCKDB, said("kept_in_functions", passed=beyond, **numbers))
    if passed and options.engine == AUTO and not in_functions:
        return Choice(DUCKDB, said("on_this_machine", passed=beyond, **numbers))
    if not passed and options.engine != SPARK:
        return Choice(DUCKDB, _carried(rows, options))
    if passed:
        why = said("beyond_one_function" if has_spark else "beyond_without_spark", passed=beyond, **numbers)
    else:
        why = said("spark_asked" if has_spark else "spark_asked_without")
    return Choice(SPARK if has_spark else TOO_LARGE, why)


def _numbers(
    tables: Iterable[str], rows: Mapping[str, int], options: EngineOptions
) -> dict[str, dict[str, int]]:
    """Return the rows and the limits of some tables."""
    return {
        "rows": {table: rows.get(table, 0) for table in tables},
        "limits": {table: options.limit(table) for table in tables},
    }


def _beyond(table: str, rows: Mapping[str, int], options: EngineOptions) -> str:
    counted, limit = _counted(table, rows[table]), options.limit(table)
    return f"{counted} are more than the {limit:,} that one function carries"


def _carried(rows: Mapping[str, int], options: EngineOptions) -> Said:
    present = [table for table in COUNTED if rows.get(table, 0)] or ["orders"]
    numbers: dict[str, Any] = _numbers(present, rows, options)
    return said(
        "one_function_carries",
        counts=", ".join(_counted(*each) for each in numbers["rows"].items()),
        limits_said=", ".join(_counted(*each) for each in numbers["limits"].items()),
        **numbers,
    )


def _counted(table: str, count: int) -> str:
    return f"{count:,} {COUNTED[table]}"

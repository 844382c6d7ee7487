"""Which engine carries a run: by what was counted, and the limits of the lake's `settings/engine.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.logic.settings_text import toml_of
from patronage.logic.settings_values import check_values, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = "settings/engine.toml"
"""Where the settings lie in the lake."""
AUTO, DUCKDB, SPARK, TOO_LARGE = "auto", "duckdb", "spark", "too_large"
ENGINES = (AUTO, DUCKDB, SPARK)
COUNTED = {"orders": "order lines", "customers": "customers", "products": "products", "events": "events"}
"""The tables whose rows are counted, and what a row is called."""
HOW_TO_ENABLE = "enable Spark with: make deploy SPARK=on"


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """What one function carries, and whether a run may go elsewhere.

    Parameters
    ----------
    engine : str
        "auto" (Spark where a limit is passed), or "duckdb" or "spark" whatever was counted.
    max_lines : int
        Order lines. DuckDB reads a run's tables from 10 GB of disk: 25 bytes a line as Parquet, and what a
        query spills beside them.
    max_customers : int
        Rows of `customers`. A profile and its order of purchases are held in 3 GB of memory where clusters
        and lifetime value are learnt: about 300 bytes each.
    max_products : int
        Rows of `products`. The neighbours of a product are 300 pairs of 8 bytes at most; the widest model
        holds them twice while it is trained, in 3 GB. Methods that need more a product state their own limit
        and leave a run before it.
    max_events : int
        Rows of `events`, which lie on the same disk as the order lines.
    """

    engine: str = AUTO
    max_lines: int = 100_000_000
    max_customers: int = 5_000_000
    max_products: int = 500_000
    max_events: int = 200_000_000

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
    """The engine of a run, "duckdb", "spark" or "too_large", and why, in a sentence with the numbers."""

    engine: str
    reason: str


def choose_engine(rows: Mapping[str, int], options: EngineOptions, *, has_spark: bool) -> Choice:
    """Choose the engine for a run.

    Parameters
    ----------
    rows : mapping
        How many rows each table of `COUNTED` has at its pinned version; a table that is not there has none.
    options : EngineOptions
        The shop's limits.
    has_spark : bool
        Whether whoever runs this can start a Spark job.

    Examples
    --------
    >>> usual = EngineOptions()
    >>> choose_engine({"orders": 120}, usual, has_spark=False)
    Choice(engine='duckdb', reason='120 order lines: one function carries 100,000,000 order lines')
    >>> choose_engine({"orders": 120, "products": 600_000}, usual, has_spark=True)
    Choice(engine='spark', reason='600,000 products are more than the 500,000 that one function carries')
    """
    passed = _passed(rows, options)
    if options.engine == DUCKDB or (options.engine == AUTO and not passed):
        return Choice(DUCKDB, _fits(rows, options, passed))
    why = passed or f'{SETTINGS} says engine = "spark"'
    if has_spark:
        return Choice(SPARK, why)
    return Choice(TOO_LARGE, f"{why}; nothing here runs Spark: {HOW_TO_ENABLE}")


def _passed(rows: Mapping[str, int], options: EngineOptions) -> str:
    """Say which limits the counts pass; empty for none."""
    return "; ".join(
        f"{rows[table]:,} {counted} are more than the {options.limit(table):,} that one function carries"
        for table, counted in COUNTED.items()
        if rows.get(table, 0) > options.limit(table)
    )


def _fits(rows: Mapping[str, int], options: EngineOptions, passed: str) -> str:
    if passed:
        return f'{passed}, but {SETTINGS} says engine = "duckdb"'
    present = {table: counted for table, counted in COUNTED.items() if rows.get(table, 0)} or {
        "orders": COUNTED["orders"]
    }
    counts = ", ".join(f"{rows.get(table, 0):,} {counted}" for table, counted in present.items())
    carried = ", ".join(f"{options.limit(table):,} {counted}" for table, counted in present.items())
    return f"{counts}: one function carries {carried}"

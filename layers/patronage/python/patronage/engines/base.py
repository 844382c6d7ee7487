"""What an engine must do for the steps: hold named tables, run our SQL, write Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Engine(Protocol):
    """A session over named tables.

    Two macros cut time and money the same way on every engine: `shop_day(ts)` is the day of a UTC
    instant in the shop's zone, `to_minor(amount)` rounds half-even to the currency's minor unit.
    """

    def scan(self, name: str, files: Sequence[Path]) -> None:
        """Give Parquet files a name; what a file lacks of the columns of others is null."""

    def table(self, name: str, sql: str, **parameters: object) -> None:
        """Run a query and keep its result under a name."""

    def row(self, sql: str, **parameters: object) -> dict[str, Any]:
        """Run a query that gives exactly one row."""

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Run a query and return all rows; for small results."""

    def chunks(self, sql: str, *, size: int = 100_000) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query and return its rows in chunks; for large results."""

    def parquet(self, sql: str, path: Path) -> None:
        """Run a query and write its result as one snappy Parquet file."""

    def csv(self, sql: str, path: Path) -> None:
        """Run a query and write its result as a CSV file with a header."""

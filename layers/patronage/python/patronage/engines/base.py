"""What an engine must do for the steps of a run: hold named tables, run our SQL, write Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from patronage.logic.arrays import Array


class Engine(Protocol):
    """A session over named tables; names are its own, and gone when it is closed.

    Two macros cut time and money the same way on every engine: `shop_day(ts)` is the day of a UTC
    instant in the shop's zone, `to_minor(amount)` rounds half-even to the currency's minor unit.
    """

    @property
    def reads_in_place(self) -> bool:
        """Whether it opens the address of an object where it lies; else it wants a file on this machine."""

    def scan(self, name: str, files: Sequence[Path | str]) -> None:
        """Give Parquet files a name; what a file lacks of the columns of others is null.

        Parameters
        ----------
        name : str
            Under which their rows are seen.
        files : sequence of Path or str
            Paths, or addresses where the engine reads in place; one at least.
        """

    def table(self, name: str, sql: str, **parameters: object) -> None:
        """Run a query and keep its result under a name."""

    def view(self, name: str, sql: str) -> None:
        """Give a query a name; it is run anew by each query that reads it."""

    def drop(self, name: str) -> None:
        """Forget a table or view; nothing happens where there is none of the name."""

    def show_none(self, name: str, columns: Mapping[str, str]) -> None:
        """Show no row under a name, of columns by their names and types."""

    def arrays(self, name: str, columns: Mapping[str, Array]) -> None:
        """Keep aligned arrays as a table, with `idx`, the row from 0.

        Of two dimensions there is a column for each place: ``value_1`` for the second one of `value`. What is
        no number (NaN) is null.
        """

    def columns(self, name: str) -> dict[str, str]:
        """Return by name the types of a table's columns, in its order and as DuckDB writes them."""

    def row(self, sql: str, **parameters: object) -> dict[str, Any]:
        """Run a query that gives exactly one row."""

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Run a query and return all rows; for small results."""

    def chunks(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query and return its rows in chunks; for large results."""

    def numbers(self, sql: str, typecodes: Mapping[str, str]) -> dict[str, array[Any]]:
        """Run a query of numbers and return an array a column; for large results.

        `typecodes` (i, q, f, d) names the query's columns; none of them is null.
        """

    def parquet(self, sql: str, path: Path) -> None:
        """Run a query and write its result as one snappy Parquet file."""

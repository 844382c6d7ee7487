"""A shop of this machine: take files in, segment, train, ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.local.runs import finished_runs, run_segmentation, run_training
from patronage.local.uploads import take_in
from patronage.logic.tables import TABLES
from patronage.notebook.frames import INSTANT, TEXT, WHOLE, lake_frame, rows_frame, typed
from patronage.notebook.recommendations import RecommendationFrames, import_tqdm
from patronage.notebook.segments import SegmentFrames

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from patronage.local.lakes import OpenLake

_REPORTED = {
    **typed(TEXT, "file", "table", "state"),
    **typed(WHOLE, "read", "kept", "refused", "repeated", "superseded", "net_minor"),
}
_RUN = {**typed(TEXT, "run_id", "family"), **typed(INSTANT, "as_of", "created_at")}


class OpenShop(SegmentFrames, RecommendationFrames):
    """A shop's folder, as `open_shop` opens it.

    Parameters
    ----------
    opened : OpenLake
        The lake and its settings.
    """

    def __init__(self, opened: OpenLake) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._opened.folder}, {self.currency}, {self.timezone}>"

    @property
    def currency(self) -> str:
        """ISO 4217 code of the currency of all money in it."""
        return self._opened.shop.currency

    @property
    def timezone(self) -> str:
        """IANA zone in which its days are cut."""
        return self._opened.shop.timezone

    @property
    def minor_per_unit(self) -> int:
        """How many minor units are one unit of the currency: 100 for GBP, 1 for JPY."""
        return int(10**self._opened.shop.minor_digits)

    def ingest(self, *files: str | Path, table: str | None = None) -> pd.DataFrame:
        """Take exports of the shop system into the lake; the same file again changes nothing.

        Parameters
        ----------
        *files : str or Path
            CSV, JSON, Parquet or XLSX, plain, gzip or zip; what they hold is told by their content.
        table : {"orders", "products", "customers", "events", "ratings", "calendar"}, optional
            What they hold, where that is to be said.

        Returns
        -------
        pandas.DataFrame
            A row a file: file, table, state (done, refused, unreadable), and the counts
            read = kept + refused + repeated + superseded; of orders also net_minor.

        Raises
        ------
        BadInput
            A file is not there, or there is no such table. A file that cannot be read or is refused whole
            raises nothing: its state says so.
        """
        if table is not None and table not in TABLES:
            raise BadInput(f"table {table!r} is unknown; known are {', '.join(TABLES)}")
        rows = [{"file": str(file), **take_in(Path(file), self._opened, table=table)} for file in files]
        return rows_frame(rows, _REPORTED)

    def segment(self, *, until: str | None = None, on_step: Callable[[str], None] = lambda _: None) -> str:
        """Segment the customers; what is asked of segments from then on is of this run.

        Parameters
        ----------
        until : str, optional
            Day of the shop (``2026-01-31``) at whose end it stops reading, to see the customers as they were;
            by default all of the lake counts.
        on_step : callable, optional
            Told each step before it begins, such as `print`.

        Returns
        -------
        str
            The run's id.

        Raises
        ------
        BadInput
            The lake holds no orders, or none until that day.
        RunFailed
            The results broke a rule of the gate; the run before stays the newest.
        """
        return run_segmentation(self._opened, until=until, on_step=on_step)

    def train(self, *, on_step: Callable[[str], None] = lambda _: None) -> str:
        """Measure every method that the orders allow, train the best, and make everybody's lists.

        Parameters
        ----------
        on_step : callable, optional
            Told each step before it begins, such as `print`.

        Returns
        -------
        str
            The run's id.

        Raises
        ------
        BadInput
            The lake holds no sale of a product.
        """
        import_tqdm()
        return run_training(self._opened, on_step=on_step)[0]

    def runs(self, family: str | None = None) -> pd.DataFrame:
        """List the runs that ended, the oldest first.

        Parameters
        ----------
        family : {"segments", "recommendations"}, optional
            Only those that `segment`, or that `train`, made.

        Returns
        -------
        pandas.DataFrame
            A row a run: run_id, family, as_of (nothing later counts) and created_at, both in UTC.
        """
        families = ("segments", "recommendations") if family is None else (family,)
        found = [each for name in families for each in finished_runs(self._opened.lake.store, name)]
        rows = [{name: getattr(each, name) for name in _RUN} for each in found]
        return rows_frame(rows, _RUN).sort_values("created_at", ignore_index=True)

    def sql(self, query: str, **parameters: object) -> pd.DataFrame:
        """Run SQL in DuckDB's dialect over the tables of the lake.

        The tables are orders, products, customers, events, ratings and calendar, with the columns of
        docs/lake.md; ``shop_day(ts)`` is the day of an instant in the shop's zone.

        Parameters
        ----------
        query : str
            One SELECT.
        **parameters
            Values for ``$name`` in it.

        Returns
        -------
        pandas.DataFrame
            A DECIMAL is a float of 64 bits; cast it to VARCHAR where each digit counts.

        Raises
        ------
        BadInput
            The query does not run.

        Examples
        --------
        >>> shop.sql("SELECT kind, SUM(net_minor) AS net_minor FROM orders GROUP BY kind ORDER BY kind")
             kind  net_minor
        0  refund      -1000
        1    sale       3050
        """
        return lake_frame(self._opened, query, **parameters)

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table of the lake.

        Parameters
        ----------
        name : {"orders", "products", "customers", "events", "ratings", "calendar"}
            Which.

        Returns
        -------
        pandas.DataFrame
            Its rows with the columns of docs/lake.md, by the columns that tell rows apart; without a row
            where nothing was ingested into it.

        Raises
        ------
        BadInput
            There is no such table.
        """
        if name not in TABLES:
            raise BadInput(f"table {name!r} is unknown; known are {', '.join(TABLES)}")
        return self.sql(f"FROM {name} ORDER BY {', '.join(TABLES[name].identity)}")

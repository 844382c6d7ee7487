"""The point-in-time join: to each row of a table the features of its customer as of its own instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.logic.features import features_of
from patronage.logic.features.history import AMONG, ASKED, TABLES, history_views, known_sql
from patronage.logic.queries import identifier
from patronage.steps.features.asks import ASK, PLACE, ROWS, read_asks
from patronage.steps.features.compute import forget, reads_of, values_of_asks
from patronage.steps.features.known import show_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from patronage.logic.features import Feature
    from patronage.logic.features.definition import EntityName
    from patronage.settings import Shop
    from patronage.stores.lake import Lake

_VALUES = "feature_values"


class Joined(NamedTuple):
    """What became of a join: its rows, those whose id was not known at their instant, and its features."""

    rows: int
    unknown: int
    features: int


def join_features(
    asked: Path,
    out: Path,
    lake: Lake,
    shop: Shop,
    *,
    now: datetime,
    as_of: str | None = None,
    known_at: str | None = None,
    names: Sequence[str] | None = None,
) -> Joined:
    """Write the rows of a file, one for each and in their order, with the features as of the instant of each.

    Parameters
    ----------
    asked : Path
        A .csv or .parquet file with the column `customer_id` or `product_id`, and, unless they are given for
        all, `as_of` and `known_at`. Its other columns pass as they are.
    out : Path
        What is written, .csv or .parquet.
    lake, shop
        Where the rows of the lake are.
    now : datetime
        The instant of the call: what is known now counts where nothing else is said.
    as_of, known_at : str, optional
        An instant for all rows; `known_at` may be "as_of" too: what was known at the instant itself.
    names : sequence of str, optional
        The features; by default all of the entity.

    Raises
    ------
    BadInput
        The file is none that can be read, lacks a column, or has an instant that is none; the message says
        where.
    """
    with DuckEngine(shop) as engine:
        entity = read_asks(engine, asked, as_of=as_of, known_at=known_at, now=now)
        wanted = features_of(entity, names)
        _check_names(engine, asked, wanted)
        join_asks(engine, lake, entity, wanted, into=_VALUES)
        _write(engine, wanted, out)
        return Joined(**engine.row(_COUNTS), features=len(wanted))


def join_asks(
    engine: DuckEngine, lake: Lake, entity: EntityName, wanted: Sequence[Feature], *, into: str
) -> None:
    """Make a table of the features of each ask, by `ask`, with `is_known`, from the table `ASKED`."""
    earliest = engine.row(f"SELECT MIN(known_at) AS earliest FROM {ASKED}")["earliest"]
    if earliest is None:
        engine.table(into, _none_of(wanted))
        return
    show_known(engine, lake, TABLES[entity], since=earliest)
    reads = reads_of(wanted)
    for name, sql in history_views(entity, reads, None, has_spans=True).items():
        engine.run(f"CREATE OR REPLACE VIEW {name} AS {sql}")
    engine.table("known_asks", known_sql(entity, AMONG[entity], None, has_spans=True))
    engine.table(ASKED, f"SELECT *, ask IN (SELECT ask FROM known_asks) AS is_known FROM {ASKED}")
    values_of_asks(engine, wanted, into=into, key=f"ask, {ASKED}.is_known")
    forget(engine, reads)


_COUNTS = (
    "SELECT COUNT(*) AS rows, "
    f"CAST(COALESCE(SUM(CASE WHEN {_VALUES}.is_known THEN 0 ELSE 1 END), 0) AS BIGINT) AS unknown "
    f"FROM {ROWS} LEFT JOIN {_VALUES} ON {ROWS}.{ASK} = {_VALUES}.ask"
)


def _none_of(wanted: Sequence[Feature]) -> str:
    columns = "".join(f", CAST(NULL AS {feature.type}) AS {feature.name}" for feature in wanted)
    return f"SELECT CAST(NULL AS BIGINT) AS ask, FALSE AS is_known{columns} WHERE FALSE"


def _check_names(engine: DuckEngine, asked: Path, wanted: Sequence[Feature]) -> None:
    held = {row["column_name"].lower() for row in engine.rows(f"DESCRIBE {ROWS}")}
    for feature in wanted:
        if feature.name in held:
            raise BadInput(
                f"{asked} has a column {feature.name}, which is a feature's name too; rename the column, or "
                "name the features that you want with --feature"
            )


def _write(engine: DuckEngine, wanted: Sequence[Feature], out: Path) -> None:
    features = "".join(f", {_VALUES}.{identifier(feature.name)}" for feature in wanted)
    sql = (
        f"SELECT {ROWS}.* EXCLUDE ({ASK}, {PLACE}){features} FROM {ROWS} LEFT JOIN {_VALUES} "
        f"ON {ROWS}.{ASK} = {_VALUES}.ask ORDER BY {ROWS}.{PLACE}"
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    (engine.csv if out.suffix == ".csv" else engine.parquet)(sql, out)

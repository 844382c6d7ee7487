"""Show the lake's tables as they were known at many instants, each row with the span in which it held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import literal
from patronage.logic.tables import TABLES
from patronage.stores.spans import file_spans

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from patronage.engines.duckdb import DuckEngine
    from patronage.stores.lake import Lake
    from patronage.stores.spans import FileSpan

_SPAN = {"known_from": "TIMESTAMPTZ", "known_until": "TIMESTAMPTZ"}


def show_known(engine: DuckEngine, lake: Lake, tables: Iterable[str], *, since: datetime) -> None:
    """Show tables of the lake under their names, with `known_from` and `known_until` of each row.

    Of one row there may be several, each with another span: what a later upload corrected is there as it was
    and as it is, as far back as the lake has it, but no further than needed to know what held at `since`.
    """
    for name in tables:
        spans = file_spans(lake, name, since=since)
        columns = {column.name: column.type for column in TABLES[name].columns}
        if spans:
            _show(engine, lake, name, columns, spans)
        else:
            engine.show_none(name, columns | _SPAN)


def _show(engine: DuckEngine, lake: Lake, name: str, columns: dict[str, str], spans: list[FileSpan]) -> None:
    rows = ", ".join(
        f"({literal(str(lake.store.staged(span.key)))}, {_at(span.known_from, '-infinity')}, "
        f"{_at(span.known_until, 'infinity')})"
        for span in spans
    )
    engine.table(f"{name}_spans", f"SELECT * FROM (VALUES {rows}) AS s(filename, known_from, known_until)")
    files = ", ".join(literal(str(lake.store.staged(span.key))) for span in spans)
    source = f"read_parquet([{files}], filename = true, union_by_name = true)"
    held = {row["column_name"] for row in engine.rows(f"DESCRIBE FROM {source}")}
    chosen = ", ".join(
        f"f.{column}" if column in held else f"CAST(NULL AS {type_}) AS {column}"
        for column, type_ in columns.items()
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {name} AS SELECT {chosen}, s.known_from, s.known_until "
        f"FROM {source} AS f INNER JOIN {name}_spans AS s ON f.filename = s.filename"
    )


def _at(micros: int | None, otherwise: str) -> str:
    return f"TIMESTAMPTZ '{otherwise}'" if micros is None else f"make_timestamptz({micros})"

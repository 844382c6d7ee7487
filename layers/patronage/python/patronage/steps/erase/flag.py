"""Say of an upload whether it brings people again who were erased."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.logic.queries import literal
from patronage.logic.upload_keys import report_key
from patronage.steps.erase.records import customer_ids
from patronage.steps.erase.remembered import Erased
from patronage.steps.ingest.step import load_options
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from patronage.settings import Shop
    from patronage.steps.ingest.upload import Upload
    from patronage.stores.lake import Lake


def flag(
    upload: Upload, report: dict[str, Any], lake: Lake, shop: Shop, *, secret: Callable[[], bytes]
) -> dict[str, Any]:
    """Add to an upload's report how many of its customers were erased before, where there are any.

    Parameters
    ----------
    upload : Upload
        What was ingested.
    report : dict
        What ingest reports of it.
    lake, shop
        As ingest has them.
    secret : callable
        Gives the secret of the HMACs; asked only where somebody was erased.

    Returns
    -------
    dict
        The report, which the lake then holds too, with ``erased_customers_again`` where it is not 0.
    """
    erased = Erased.all(lake.store, secret)
    if not erased or report["state"] == "unreadable":
        return report
    again = erased.count(set(_ids(upload, report, lake, shop)))
    if not again or report.get("erased_customers_again") == again:
        return report
    flagged = report | {"erased_customers_again": again}
    write_json(lake.store, report_key(upload.object_id), flagged)
    return flagged


def _ids(upload: Upload, report: dict[str, Any], lake: Lake, shop: Shop) -> Iterator[str]:
    """Yield the customers of an upload: of the files that it brought, else of the upload itself."""
    with DuckEngine(shop) as engine, tempfile.TemporaryDirectory(prefix="patronage-flag-") as folder:
        snapshot = lake.snapshot(report["table"])
        own = f"part-{upload.object_id}-"
        brought = [file for file in snapshot.contents() if file.path.startswith(own)]
        if brought and report.get("kept") == report.get("read"):
            for file in brought:
                path = literal(str(snapshot.staged(file)))
                columns = {row["column_name"] for row in engine.rows(f"DESCRIBE FROM read_parquet({path})")}
                if "customer_id" in columns:
                    # Beside its own rows lie what its commit left of other uploads' files.
                    sql = (
                        f"SELECT DISTINCT customer_id AS id FROM read_parquet({path}) WHERE object_id = $own"
                    )
                    found = engine.rows(sql, own=upload.object_id)
                    yield from (row["id"] for row in found if row["id"] is not None)
            return
        try:
            options = load_options(upload, lake)
            yield from customer_ids(upload, engine, shop=shop, options=options, folder=Path(folder))
        except BadInput:
            return

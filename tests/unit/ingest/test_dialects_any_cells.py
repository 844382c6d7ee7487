"""Whatever stands in the cells, a shipped dialect ends with a report."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from patronage.logic.ingest.dialects import Dialect, dialects
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from tests_support import NOW, adds_up, some

HOSTILE = ("x", "", "-1", "0", "nan", "inf", "1e400", "9" * 14, "9" * 19, "[[1]]", '{"a":1}', "é;,")


_QUOTED = re.compile(r'"((?:[^"]|"")+)"')


_LITERAL = re.compile(r"'(?:[^']|'')*'")


@pytest.mark.parametrize(
    "dialect", some(dialects(), every=4), ids=lambda dialect: f"{dialect.name} {dialect.table}"
)
def test_whatever_stands_in_the_cells_a_dialect_ends_with_a_report(
    dialect: Dialect, lake: Lake, upload_text: Callable[..., Upload]
):
    header = dialect.format.get("header") or names_of(dialect)
    delimiter = dialect.format.get("delimiter", ",")
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter[:1], quotechar=dialect.format.get("quote") or '"')
    writer.writerows([header, *([cell] * len(header) for cell in HOSTILE)])
    named = f"dialect = {json.dumps(dialect.name)}\ntable = {json.dumps(dialect.table)}"
    upload = replace(upload_text(file.getvalue()), sidecar=f"{named}\nmax_refused_share = 1.0")

    report = ingest(upload, lake, Shop(currency="GBP", timezone="UTC"), now=NOW)

    if "problem" in report:  # the first cells already tell that it is no such file
        assert dialect.cells or dialect.key or "header" in dialect.format
        assert "no dialect fits" in report["problem"]
    else:
        assert adds_up(report)


def names_of(dialect: Dialect) -> list[str]:
    """Return all columns of the file that a dialect speaks of."""
    names = [*dialect.header, *dialect.cells]
    texts = [*dialect.computed.values(), dialect.explode]
    for rows in (dialect, *dialect.also):
        texts += [*rows.expressions.values(), rows.where]
        for found in (*rows.columns.values(), *rows.optional.values()):
            names += [found] if isinstance(found, str) else found
    return list(
        dict.fromkeys([*names, *(name for text in texts for name in _QUOTED.findall(_LITERAL.sub("", text)))])
    )

"""The rows of an uploaded file that break a rule: counted for the report, kept in the quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.ingest import RULES
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.engines.duckdb import DuckEngine
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


# Where a refused row stands: after so many records, lines that could not be split, and line breaks inside
# cells. DuckDB counts the lines that it cannot split in records, so such line breaks are added to them too.
# One running sum each, for a file may be refused whole.
_REFUSED = """
WITH breaks AS (
    SELECT record + 1 AS place, CAST(breaks AS BIGINT) AS step FROM line_breaks
),
steps AS (
    FROM breaks UNION ALL SELECT line - position, 1 FROM unparsed
),
rows_numbered AS (
    SELECT place, rule, SUM(step) OVER (
        ORDER BY place, rule IS NOT NULL ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS before
    FROM (
        SELECT record AS place, rule, 0 AS step FROM judged WHERE rule IS NOT NULL
        UNION ALL SELECT place, NULL, step FROM steps
    )
),
unparsed_numbered AS (
    SELECT line, rule, raw, SUM(step) OVER (
        ORDER BY place, rule IS NOT NULL ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS before
    FROM (
        SELECT line - position AS place, line, rule, raw, 0 AS step FROM unparsed
        UNION ALL SELECT place, NULL, NULL, NULL, step FROM breaks
    )
)
SELECT
    CAST(place + {header_lines} + before AS BIGINT) AS line,
    rule,
    CAST(to_json([{cells}]) AS VARCHAR) AS raw
FROM rows_numbered
JOIN raw ON rows_numbered.place = raw.record
WHERE rule IS NOT NULL
UNION ALL
SELECT CAST(line + before AS BIGINT), rule, raw FROM unparsed_numbered WHERE rule IS NOT NULL
"""


def count_refusals(engine: DuckEngine, shop: Shop) -> dict[str, Any]:
    """Count what was read and refused; refuse the file whole where the share is too large."""
    counted = engine.rows(
        "SELECT rule, COUNT(*) AS n FROM (SELECT rule FROM judged UNION ALL SELECT rule FROM unparsed) "
        "GROUP BY rule"
    )
    by_rule = {row["rule"]: row["n"] for row in counted if row["rule"]}
    read, refused = sum(row["n"] for row in counted), sum(by_rule.values())
    if read and refused / read > shop.max_refused_share:
        by_rule |= {"file-refused": read - refused} if read > refused else {}
        refused = read
        engine.table("lines", "FROM lines WHERE FALSE")
        engine.table("judged", "SELECT * REPLACE (COALESCE(rule, 'file-refused') AS rule) FROM judged")
    ordered = dict(sorted(by_rule.items(), key=lambda item: (-item[1], item[0])))
    return {
        "read": read,
        "refused": refused,
        "refused_by_rule": ordered,
        "rules": {name: RULES[name].sentence for name in ordered},
    }


def quarantine(
    engine: DuckEngine,
    store: ObjectStore,
    *,
    object_id: str,
    key: str,
    header: Sequence[str],
    header_lines: int,
) -> None:
    """Write the refused rows with line, column, rule and raw text, one JSON object a line.

    Parameters
    ----------
    engine : DuckEngine
        Holds `raw`, `judged`, `unparsed` and `line_breaks`.
    store : ObjectStore
        Gets ``lake/quarantine/<object_id>.jsonl``.
    object_id, key : str
        The upload.
    header : sequence of str
        The file's columns.
    header_lines : int
        Lines before the first record: 1 in a CSV file, 0 in Parquet, whose rows are counted instead.
    """
    engine.table("rules", _rules_table())
    listed = ", ".join(f"COALESCE(raw.{identifier(name)}, '')" for name in header)
    refused = _REFUSED.format(header_lines=header_lines, cells=listed)
    with store.writing(f"lake/quarantine/{object_id}.jsonl") as path:
        engine.connection.execute(
            f'COPY (SELECT {literal(key)} AS object, line, "column", refused.rule, sentence, raw '
            f"FROM ({refused}) AS refused JOIN rules ON refused.rule = rules.rule ORDER BY line) "
            f"TO {literal(str(path))} (FORMAT json)"
        )


def _rules_table() -> str:
    rows = ", ".join(
        f"({literal(rule.name)}, {literal(rule.column)}, {literal(rule.sentence)})" for rule in RULES.values()
    )
    return f'FROM (VALUES {rows}) AS known(rule, "column", sentence)'

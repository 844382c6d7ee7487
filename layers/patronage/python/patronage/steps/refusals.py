"""The rows of an uploaded file that break a rule: counted for the report, kept in the quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.ingest import RULES
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from patronage.engines.duckdb import DuckEngine
    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


# DuckDB counts the lines that it cannot split in records: a line break inside a cell is added here.
_REFUSED = """
SELECT
    judged.record + {header_lines}
        + (SELECT COUNT(*) FROM unparsed WHERE unparsed.line - unparsed.position <= judged.record)
        + (SELECT COALESCE(SUM(breaks), 0) FROM line_breaks WHERE line_breaks.record < judged.record) AS line,
    judged.rule,
    CAST(to_json([{cells}]) AS VARCHAR) AS raw
FROM judged
JOIN raw ON judged.record = raw.record
WHERE judged.rule IS NOT NULL
UNION ALL
SELECT
    line + (SELECT COALESCE(SUM(breaks), 0) FROM line_breaks
        WHERE line_breaks.record < unparsed.line - unparsed.position) AS line,
    rule,
    raw
FROM unparsed
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
    engine: DuckEngine, store: ObjectStore, *, object_id: str, key: str, header_lines: int
) -> None:
    """Write the refused rows with line, column, rule and raw text, one JSON object a line.

    Parameters
    ----------
    engine : DuckEngine
        Holds `raw`, `judged`, `unparsed` and `line_breaks`.
    store : ObjectStore
        Gets ``lake/quarantine/<object_id>.jsonl``, where any row was refused.
    object_id, key : str
        The upload.
    header_lines : int
        Lines before the first record: 1 in a CSV file, 0 in Parquet, whose rows are counted instead.
    """
    engine.table("rules", _rules_table())
    cells = [row["column_name"] for row in engine.rows("DESCRIBE raw") if row["column_name"] != "record"]
    listed = ", ".join(f"COALESCE(raw.{identifier(cell)}, '')" for cell in cells)
    refused = _REFUSED.format(header_lines=header_lines, cells=listed)
    if not engine.row(f"SELECT COUNT(*) AS n FROM ({refused})")["n"]:
        return
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

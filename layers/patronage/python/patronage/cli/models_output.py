"""Tables of what `patronage models` tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patronage.cli.lines import say
from patronage.cli.outputs import print_rows
from patronage.logic.model_records import parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = "ndcg_at_10"
_SHOWN = ("ndcg", "precision", "recall", "map", "mrr", "hit_rate")


def print_versions(found: Mapping[str, Any]) -> None:
    """Print a row a version, narrow enough to copy its name, and below it what is live of each family."""
    rows = [
        (
            f"{each['model']}@{each['version']}",
            each["decision"],
            each["state"],
            f"{each['metrics'][_HEAD]['value']:.4f}" if each["metrics"] else "",
        )
        for each in found["models"]
    ]
    print_rows("Versions, the newest first", ("Version", "Decision", "", "NDCG@10"), rows)
    for family, live in found["live"].items():
        before = live["superseded"]
        back = f"; {before['run_id']} can be rolled back to until {before['kept_until']}" if before else ""
        say(f"{family}: {live['run_id']} is live{back}")


def print_version(record: Mapping[str, Any]) -> None:
    """Print what a version was made of, and its figures."""
    name, state = f"{record['model']}@{record['version']}", record["state"] or "not live"
    parent = record.get("parent") or {}
    why_not = record["not_reproducible_because"]
    rows = [
        ("decision", record["decision"]),
        ("why", record["reason"]),
        ("state", f"{state}, kept until {record['kept_until']}" if record["kept_until"] else state),
        ("parent", f"{parent['name']}@{parent['version']}" if parent else "none: it was the first"),
        ("as of", record["as_of"]),
        ("tables", ", ".join(f"{table} {pinned['version']}" for table, pinned in record["tables"].items())),
        ("parameters", _text(parameters_of(record))),
        ("libraries", _text(record.get("libraries", {}))),
        ("fingerprint", record["fingerprint"] or "unknown: it was not trained on everything"),
        ("can be made again", f"no: {why_not}" if why_not else "yes"),
    ]
    print_rows(name, ("", ""), rows)
    measured = record["metrics"]
    if measured is None:
        return
    figures = [(each, _figure(measured["metrics"].get(f"{each}_at_10"))) for each in _SHOWN]
    title = f"Measured on {measured['customers']:,} customers, with 95 % intervals"
    print_rows(title, ("At 10 products", ""), figures, numbers_from=1)


def print_diff(found: Mapping[str, Any]) -> None:
    """Print a row a difference."""
    if not found["differences"]:
        say(f"{found['a']} and {found['b']} do not differ")
        return
    rows = [(each["field"], _text(each["a"]), _text(each["b"])) for each in found["differences"]]
    print_rows("What differs", ("", found["a"], found["b"]), rows)


def _figure(metric: Mapping[str, float] | None) -> str:
    if metric is None:
        return ""
    return f"{metric['value']:.4f} ({metric['low']:.4f} to {metric['high']:.4f})"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict) and "value" in value:
        return _figure(value) if "low" in value else _text(value["value"])
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""Records of models as people read them: what is told of each, and what two differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.logic.serve.pointer import Entry

PUBLISHED, PROMOTED, RECORDED, SKIPPED = "published", "promoted", "recorded", "skipped"
"""What became of a version: taken by the gate or by a person; measured, and no more; or not even measured."""
RELEASED = (PUBLISHED, PROMOTED)
"""The decisions that let a version go live."""
LIVE, SUPERSEDED = "live", "superseded"
_SAID = ("reason", "reason_code", "reason_values")
_COMPARED = ("decision", "reason", "low_data", "parent", "engine", "libraries", "fingerprint")


def state_of(record: Mapping[str, Any], live: Entry | None) -> dict[str, str]:
    """Return whether a version is live or superseded ("" for neither), and until when the latter is kept.

    Parameters
    ----------
    record : mapping
        Of the version.
    live : Entry, optional
        The pointer's entry of recommendations.
    """
    name = (record["version"], record["model"])
    if live and (live.run_id, live.model.get("name")) == name:
        return {"state": LIVE, "kept_until": ""}
    before = live.superseded if live else None
    if before and (before.run_id, before.model.get("name")) == name:
        return {"state": SUPERSEDED, "kept_until": before.keep_until}
    return {"state": "", "kept_until": ""}


def summary_of(record: Mapping[str, Any], live: Entry | None) -> dict[str, Any]:
    """Return what a list tells of a version."""
    measured = record["metrics"] or {}
    return {
        "model": record["model"],
        "version": record["version"],
        "decision": record["decision"],
        **{name: record[name] for name in _SAID if name in record},
        **state_of(record, live),
        "created_at": record.get("created_at"),
        "as_of": record["as_of"],
        "low_data": bool(record.get("low_data")),
        "parent": record.get("parent") or None,
        "promoted": record.get("promoted"),
        "parameters": parameters_of(record),
        "customers": measured.get("customers"),
        "metrics": measured.get("metrics"),
    }


def parameters_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that won, or of a blend its weights; older records have them as measured only."""
    measured = record["metrics"] or {}
    told = {name: measured[name] for name in ("settings", "weights") if name in measured}
    found: dict[str, Any] = record.get("parameters") or told
    return found


def told_entry(entry: Entry) -> dict[str, Any]:
    """Return what is told of a family's live generation, and of the one that may be rolled back to."""
    before = entry.superseded
    return {
        "run_id": entry.run_id,
        "as_of": entry.as_of,
        "published_at": entry.published_at,
        "model": entry.model or None,
        "rolled_back": entry.rolled_back or None,
        "superseded": {"run_id": before.run_id, "kept_until": before.keep_until} if before else None,
    }


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what two records differ in, each with a dotted name (``manifest.tables.orders.version``).

    Parameters
    ----------
    one, other : mapping
        Records, each with its ``fingerprint``.

    Returns
    -------
    list of dict
        ``field``, and its values ``a`` and ``b``, None where it is not there; of a metric ``value``, ``low``
        and ``high``.
    """
    mine, theirs = (dict(_flat(_compared(record))) for record in (one, other))
    fields = [name for name in dict.fromkeys([*mine, *theirs]) if mine.get(name) != theirs.get(name)]
    return [{"field": name, "a": mine.get(name), "b": theirs.get(name)} for name in fields]


def _compared(record: Mapping[str, Any]) -> dict[str, Any]:
    measured = record["metrics"] or {}
    return {
        **{name: record[name] for name in _COMPARED if name in record},
        "manifest": record.get("manifest") or {name: record.get(name) for name in ("as_of", "tables")},
        "parameters": parameters_of(record),
        "customers": measured.get("customers"),
        "metrics": measured.get("metrics") or {},
    }


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and "value" not in value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value

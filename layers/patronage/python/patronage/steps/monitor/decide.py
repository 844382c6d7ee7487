"""Decide what is retrained, and what a person is told; list what the run publishes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.monitor.alerts import FAILED, alert_parts
from patronage.logic.monitor.execution import failure_of
from patronage.logic.monitor.findings import findings_of
from patronage.logic.monitor.keys import decision_key, document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.monitor.retrain_options import FAMILIES, RECOMMENDATIONS, RETRAIN, SEGMENTS
from patronage.logic.monitor.retraining import decide as decide_on
from patronage.logic.said import said
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.facts import facts_of
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.monitor.retraining import Decision, Trigger
    from patronage.stores.objects import ObjectStore

MOST_NAME = 80
"""Step Functions' limit for the name of an execution."""


def decide(run_id: str, store: ObjectStore, *, measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write the decision and the list of shards; say what is started and told.

    Parameters
    ----------
    run_id, store
        The run of monitoring, and the lake's objects.
    measured : sequence of mapping
        Of each branch its ``measure``; of one that failed also the ``failure``, as Step Functions gives it.

    Returns
    -------
    dict
        ``segments`` and ``recommendations``: whether they are retrained; ``segments_run`` and
        ``recommendations_run``, the names of those runs; ``alert`` and what it ``says``; ``publish``,
        ``reason`` and ``shards_key`` as of a gate.
    """
    manifest = Manifest.load(store, run_id)
    failed = {each["measure"]: failure_of(each["failure"]) for each in measured if "failure" in each}
    decisions = _decisions(run_id, manifest, store)
    alerts = _alerts(decisions, failed)
    document = {
        "run_id": run_id,
        "as_of": manifest.as_of.isoformat(),
        "decided_at": manifest.created_at.isoformat(),
        "trigger": read_json(store, document_key(run_id, "pinned"))["trigger"],
        "families": {each.family: each.to_mapping() for each in decisions},
        "failed": failed,
        "alerts": alerts,
        "started": {
            each.family: retraining_of(run_id, each.family) for each in decisions if each.decision == RETRAIN
        },
    }
    write_json(store, decision_key(run_id), document)
    shards_key = f"runs/{run_id}/publish/monitoring/shards.json"
    write_json(store, shards_key, [{"shard": "documents"}])
    return {**_answer(run_id, decisions, _untold(alerts, manifest, store)), "shards_key": shards_key}


def retraining_of(run_id: str, family: str) -> str:
    """Return the name of the run that a run of monitoring starts: always the same, so that it starts once."""
    name = f"{run_id}-{family}"
    if len(name) <= MOST_NAME:
        return name
    return f"{hashlib.sha256(run_id.encode()).hexdigest()[:32]}-{family}"


def _decisions(run_id: str, manifest: Manifest, store: ObjectStore) -> list[Decision]:
    options = MonitorOptions.from_mapping(manifest.monitor)
    key = document_key(run_id, "drift")
    found = findings_of(read_json(store, key) if store.exists(key) else {}, manifest.live_runs)
    return [
        decide_on(facts_of(run_id, family, store, **found[family]), options.retrain.of(family))
        for family in FAMILIES
    ]


def _alerts(decisions: Sequence[Decision], failed: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what a person is told, each with a name by which it is known again the next day.

    The name ends with what the rule is about, as `segments:drift:country,orders.kind`.
    """
    of_rules = [
        {"alert": ":".join([each.family, rule.trigger, *_about(rule)]), "said": f"{each.family}: {rule.said}"}
        for each in decisions
        for rule in each.alerts
    ]
    of_failures = [
        {"alert": f"{FAILED}:{name}", "said": f"{name} could not be measured: {cause}"}
        for name, cause in failed.items()
    ]
    return of_rules + of_failures


def _about(rule: Trigger) -> list[str]:
    return [",".join(sorted(rule.names))] if rule.names else []


def _untold(alerts: list[dict[str, str]], manifest: Manifest, store: ObjectStore) -> list[dict[str, str]]:
    """Return the alerts with anything that the run of monitoring before had not: what lasts is told once."""
    try:
        before = read_json(store, decision_key(manifest.live_runs["monitoring"]))["alerts"]
    except (KeyError, NotFound):
        return alerts
    told = {thing for each in before for thing in _things(each["alert"])}
    return [each for each in alerts if not _things(each["alert"]) <= told]


def _things(alert: str) -> set[tuple[str, str, str]]:
    """Return each thing that an alert is about, by its name."""
    family, rule, names = alert_parts(alert)
    return {(family, rule, name) for name in names.split(",")}


def _answer(run_id: str, decisions: Sequence[Decision], alerts: list[dict[str, str]]) -> dict[str, Any]:
    chosen = {each.family: each.decision == RETRAIN for each in decisions}
    lines = [each["said"] for each in alerts]
    told = "; ".join(f"{each.family}: {each.decision} ({each.because})" for each in decisions)
    return {
        **chosen,
        "segments_run": retraining_of(run_id, SEGMENTS),
        "recommendations_run": retraining_of(run_id, RECOMMENDATIONS),
        "alert": bool(lines),
        "says": "\n".join([*lines, "", f"Decided in run {run_id}: {told}"]),
        "publish": True,
        **said(
            "monitoring_decided", decided=told, **{each.family: each.decision for each in decisions}
        ).fields(),
    }

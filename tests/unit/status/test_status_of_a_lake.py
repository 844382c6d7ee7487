"""`patronage status` of a local lake: which run of monitoring speaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from patronage.cli.status import _of_lake
from patronage.local.lakes import create_lake
from patronage.logic.monitor.keys import decision_key
from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.stores.objects import FolderStore, write_json

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


def monitored(store, run_id, *, ago):
    began = NOW - ago
    shop = Shop(currency="GBP", timezone="Europe/London")
    Manifest(
        run_id=run_id, family="monitoring", as_of=began, created_at=began, tables={}, shop=shop, lines=3
    ).save(store)


def test_a_run_that_only_measured_does_not_hide_what_was_decided(tmp_path):
    store = FolderStore(tmp_path)
    create_lake(tmp_path, Shop())
    monitored(store, "decided", ago=timedelta(days=1))
    decision = {"families": {}, "alerts": [], "decided_at": (NOW - timedelta(days=1)).isoformat()}
    write_json(store, decision_key("decided"), decision)
    write_json(store, "runs/decided/publish/monitoring/shards.json", [{"shard": "documents"}])
    monitored(store, "drift-alone", ago=timedelta(hours=1))
    assert _of_lake(tmp_path)["decision"] == decision

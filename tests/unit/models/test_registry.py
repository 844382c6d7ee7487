"""The registry's list, what two versions differ in, and records of older releases."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import serving_support as support
from patronage.cli.models import models_app
from patronage.logic.model_records import differences
from patronage.logic.serve.pointer import Entry, Superseded
from patronage.steps.model_details import diff, show
from patronage.steps.models import versions
from patronage.stores.lake import Lake
from patronage.stores.objects import write_json
from patronage.stores.registry import Registry, fitted_key, record_key

FIGURES = {"ndcg_at_10": {"value": 0.2, "low": 0.1, "high": 0.3}}


def old_record(model: str, version: str, decision: str = "recorded", **changes) -> dict:
    """A record as releases before the registry wrote it."""
    return {
        "model": model,
        "version": version,
        "decision": decision,
        "metrics": {"customers": 50, "metrics": FIGURES, "settings": {"factors": 8}},
        "reason": "still best",
        "low_data": False,
        "parent": {},
        "as_of": "2026-01-09T00:00:00+00:00",
        "tables": {"orders": {"version": 1}},
    } | changes


def newer(model: str, version: str, decision: str = "recorded", *, day: int, **changes) -> dict:
    return old_record(model, version, decision, created_at=f"2026-02-{day:02d}T03:00:00+00:00", **changes)


@pytest.fixture
def recorded(store):
    """Three runs, whose ids say nothing of their order, two methods each."""
    for record in (
        old_record("als", "zz"),
        old_record("ease", "zz", "published"),
        newer("als", "bb", "published", day=1),
        newer("ease", "bb", day=1),
        newer("als", "cc", day=2),
        newer("ease", "cc", "promoted", day=2, promoted={"by": "me"}),
        newer("repeat", "cc", "skipped", day=2, metrics=None),
    ):
        write_json(store, record_key(record["model"], record["version"]), record)
    store.write_bytes("models/als/bb/learnt.npz", b"")
    return store


def named(found):
    return [f"{each['model']}@{each['version']}" for each in found]


def test_versions_stand_newest_first(recorded):
    registry = Registry(recorded)
    every = ["als@cc", "ease@cc", "repeat@cc", "als@bb", "ease@bb", "als@zz", "ease@zz"]
    assert named(registry.records(limit=9)) == every
    assert named(registry.records(limit=4)) == every[:4]
    assert named(registry.records(name="ease", limit=9)) == ["ease@cc", "ease@bb", "ease@zz"]
    assert registry.records(name="nope", limit=9) == []


def test_of_older_runs_no_more_is_read_than_when_they_began(recorded, monkeypatch):
    read, read_bytes = [], recorded.read_bytes
    monkeypatch.setattr(recorded, "read_bytes", lambda key: (read.append(key), read_bytes(key))[1])
    Registry(recorded).records(limit=3)
    assert len(read) == 3 + 3


def entry(run_id: str, model: str, superseded: Superseded | None = None) -> Entry:
    return Entry(
        run_id=run_id,
        shards_key="",
        as_of="2026-02-02T00:00:00+00:00",
        created_at="2026-02-02T00:00:00+00:00",
        published_at="2026-02-02T04:00:00+00:00",
        currency="GBP",
        model={"name": model, "version": run_id},
        superseded=superseded,
    )


def test_a_list_says_what_is_live_superseded_and_kept_until_when(recorded):
    write_json(recorded, fitted_key("ease", "cc"), {"fingerprint": "f" * 64})
    before = Superseded(
        run_id="bb",
        shards_key="",
        as_of="",
        created_at="",
        currency="GBP",
        model={"name": "als", "version": "bb"},
        keep_until="2026-02-09T00:00:00+00:00",
    )
    live = {"recommendations": entry("cc", "ease", before), "segments": entry("s", "")}
    found = versions(recorded, live, only_released=True, limit=9)
    assert named(found["models"]) == ["ease@cc", "als@bb", "ease@zz"]
    assert [(each["state"], each["kept_until"]) for each in found["models"]] == [
        ("live", ""),
        ("superseded", "2026-02-09T00:00:00+00:00"),
        ("", ""),
    ]
    assert [each["fingerprint"] for each in found["models"]] == ["f" * 64, None, None]
    assert found["models"][0]["metrics"] == FIGURES
    assert found["models"][0]["parameters"] == {"settings": {"factors": 8}}
    assert found["live"]["recommendations"]["superseded"] == {
        "run_id": "bb",
        "kept_until": "2026-02-09T00:00:00+00:00",
    }
    assert found["live"]["segments"]["superseded"] is None
    json.dumps(found)


def test_a_blend_s_fingerprint_is_of_its_weights_and_parts(store):
    registry, weights = Registry(store), {"als": 0.25, "ease": 0.75}
    blend = old_record("hybrid", "v", metrics={"weights": weights})
    assert registry.fingerprint(blend) == ""
    for name in weights:
        write_json(store, fitted_key(name, "v"), {"fingerprint": name})
    found = registry.fingerprint(blend)
    assert len(found) == 64
    assert (
        registry.fingerprint(old_record("hybrid", "v", metrics={"weights": {"als": 0.5, "ease": 0.5}}))
        != found
    )
    write_json(store, fitted_key("als", "v"), {"fingerprint": "other"})
    assert registry.fingerprint(blend) not in {found, ""}


def test_records_of_older_releases_are_shown_and_compared(recorded):
    found = show("als@zz", Lake(recorded), {})
    assert (found["state"], found["fingerprint"]) == ("", "")
    assert found["not_reproducible_because"] == "the manifest of run zz is gone"
    told = {
        each["field"]: (each["a"], each["b"]) for each in diff("als@zz", "ease@cc", recorded)["differences"]
    }
    assert told == {"decision": ("recorded", "promoted")}


def test_what_differs_is_named_by_its_place():
    one = newer("als", "a", day=1, manifest={"tables": {"orders": {"version": 1}, "events": {"version": 4}}})
    other = newer("als", "b", day=2, manifest={"tables": {"orders": {"version": 2}}})
    other["metrics"] = other["metrics"] | {
        "customers": 60,
        "metrics": {"ndcg_at_10": FIGURES["ndcg_at_10"] | {"value": 0.25}},
        "settings": {"factors": 16},
    }
    assert differences(one, one) == []
    assert {each["field"]: (each["a"], each["b"]) for each in differences(one, other)} == {
        "manifest.tables.orders.version": (1, 2),
        "manifest.tables.events.version": (4, None),
        "parameters.settings.factors": (8, 16),
        "customers": (50, 60),
        "metrics.ndcg_at_10": (FIGURES["ndcg_at_10"], FIGURES["ndcg_at_10"] | {"value": 0.25}),
    }


def models(*arguments: str, code: int = 0):
    done = CliRunner().invoke(models_app, arguments, env={"COLUMNS": "160"})
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def test_the_commands_over_a_local_lake(trained):
    lake = ("--lake", str(trained.opened.folder))
    first, second = (f"{trained.model}@{run}" for run in (trained.first, trained.second))
    listed = json.loads(models("list", "--json", *lake))
    released = [each for each in listed["models"] if each["decision"] != "recorded"]
    assert named(released) == [second, first]
    assert [each["state"] for each in released] == ["live", ""]
    assert f"recommendations: {trained.second} is live" in models("list", *lake)
    shown = models("show", second, *lake)
    for text in ("promoted", "orders 1", "numpy", "can be made again", "yes"):
        assert text in shown
    told = json.loads(models("diff", first, second, "--json", *lake))["differences"]
    assert {"field": "decision", "a": "published", "b": "promoted"} in told
    assert not [each for each in told if each["field"] in {"fingerprint", "manifest.tables.orders.version"}]
    assert "do not differ" in models("diff", first, first, *lake)
    assert "Missing option '--stack'" in models("rollback", code=2)
    assert "Missing option '--reason'" in models("promote", first, *lake, code=2)


@pytest.fixture
def api(client):
    return support.fresh_function("api")


def asked(api, method: str, resource: str, *, group: str = "admin", **changes):
    event = support.event("aws-rest-segments", httpMethod=method, resource=f"/api/v1{resource}", **changes)
    event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = group
    answer = api(event)
    return answer["statusCode"], json.loads(answer["body"])


def test_the_api_lists_versions_to_a_viewer(api, recorded, monkeypatch):
    from patronage import runtime

    monkeypatch.setattr(runtime, "lake", lambda: Closable(recorded))
    status, found = asked(api, "GET", "/models", group="viewer", queryStringParameters={"limit": "2"})
    assert status == 200
    assert named(found["models"]) == ["als@cc", "ease@cc"]
    assert found["live"] == {}
    status, found = asked(
        api, "GET", "/models", group="viewer", queryStringParameters={"model": "ease", "released": "true"}
    )
    assert named(found["models"]) == ["ease@cc", "ease@zz"]


class Closable:
    """A store as the handler has it."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def close(self):
        """Hold nothing."""

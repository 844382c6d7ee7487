"""A promoted version is the recorded one again: its data, its settings, its arrays."""

from __future__ import annotations

import shutil
from dataclasses import replace

import duckdb
import numpy as np
import pytest
import scipy

from models_support import ARMS
from patronage.errors import BadField, BadInput, NotFound, RunFailed
from patronage.logic.experiments.variants import variant_of
from patronage.logic.serve.packing import unpack
from patronage.steps.generation import RunOutputs, model_of
from patronage.steps.manifest import Manifest
from patronage.steps.model_details import check_promotable, show
from patronage.steps.pin import pin
from patronage.steps.pin_promoted import promoted_manifest, read_promotion
from patronage.steps.train.blend import blend as blend_step
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import load_chosen, load_model
from patronage.steps.train.gate import _decide, gate
from patronage.steps.train.inputs import load_active, load_interactions
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json
from patronage.stores.registry import Registry
from tests_support import NOW

BLEND = variant_of(ARMS[2])[0]


def record(trained, name: str, run_id: str) -> dict:
    return Registry(trained.store).record(name, run_id)


def test_a_record_says_what_a_version_was_made_of(trained):
    found = record(trained, trained.model, trained.first)
    manifest = Manifest.load(trained.store, trained.first)
    assert found["manifest"]["tables"] == found["tables"] == manifest.tables == {"orders": {"version": 1}}
    assert found["manifest"]["as_of"] == "2025-03-29T00:00:00+00:00"
    assert found["manifest"]["shop"]["currency"] == "GBP"
    assert found["manifest"]["order_lines"] == 240
    assert found["libraries"]["numpy"] == np.__version__
    assert found["libraries"]["scipy"] == scipy.__version__
    assert set(found["libraries"]) == {
        *("patronage", "python", "architecture", "numpy", "scipy", "scikit-learn", "implicit", "blas")
    }
    interval = found["metrics"]["metrics"]["ndcg_at_10"]
    assert interval["low"] <= interval["value"] <= interval["high"]
    assert found["decision"] == "published"
    assert found["parent"] == {}
    settings = record(trained, "ease", trained.first)["parameters"]["settings"]
    assert settings == {"regularization": 300.0, "dropout": 0.5, "trending": True}


def test_a_promoted_version_reads_what_it_read_then_and_has_its_settings(trained):
    first, second = (Manifest.load(trained.store, run) for run in (trained.first, trained.second))
    assert trained.opened.lake.snapshot("orders").version > second.tables["orders"]["version"]
    for name in ("tables", "as_of", "shop", "lines", "live_runs"):
        assert getattr(first, name) == getattr(second, name)
    assert second.created_at > first.created_at
    assert second.champion == {"name": trained.model, "version": trained.first, "low_data": "true"}
    before, after = (record(trained, trained.model, run) for run in (trained.first, trained.second))
    assert after["parameters"] == before["parameters"]
    assert after["decision"] == "promoted"
    assert after["promoted"] == trained.promoted
    assert (
        after["reason"] == f"Zoë promoted version {trained.first}: it sold more" == trained.answer["reason"]
    )
    for name in ("ease", "item_to_item"):
        tried = record(trained, name, trained.second)["metrics"]["tried"]
        assert [each["settings"] for each in tried] == [
            record(trained, name, trained.first)["parameters"]["settings"]
        ]


def test_two_runs_of_one_manifest_learn_the_same(trained):
    registry = Registry(trained.store)
    before, after = (record(trained, trained.model, run) for run in (trained.first, trained.second))
    assert registry.fingerprint(before) == registry.fingerprint(after) != ""
    for name in ("popularity", "similar", "alike", "together"):
        same = {
            read_json(trained.store, f"models/{name}/{run}/fitted.json")["fingerprint"]
            for run in (trained.first, trained.second)
        }
        assert len(same) == 1
    published = read_json(trained.store, f"runs/{trained.second}/recommendations/model.json")
    assert published["fingerprint"] == registry.fingerprint(after)


def test_other_data_would_have_given_another_fingerprint(trained):
    arrays = load_interactions(trained.second, trained.store)
    assert len(arrays.days) == 240
    assert int(arrays.days.min()) >= (np.datetime64("2025-03-01") - np.datetime64("1970-01-01")).astype(int)


def test_the_lists_that_arms_need_are_made_beside_those_of_the_model(trained):
    folder = f"runs/{trained.second}/recommendations"
    shards = [each["shard"] for each in read_json(trained.store, f"{folder}/lists.json")]
    assert shards[:3] == ["users-00000", "users@content-00000", f"users@{BLEND}-00000"]
    assert model_of(trained.store, trained.second)["variants"] == f"content,{BLEND}"
    assert "variants" not in model_of(trained.store, trained.first)
    outputs = RunOutputs(trained.store, trained.second, trained.opened.shop)
    interactions = load_interactions(trained.second, trained.store)
    customers, products = (
        [name for (name,) in duckdb.sql(f"SELECT {kind}_id FROM '{path}' ORDER BY idx").fetchall()]
        for kind in ("customer", "product")
        if (path := trained.store.staged(f"{folder}/{kind}s.parquet"))
    )
    own = list(outputs.items("recommendations", "users-00000"))
    for variant in ("content", BLEND):
        items = {each["pk"]: each for each in outputs.items("recommendations", f"users@{variant}-00000")}
        assert set(items) == {f"user@{variant}#{trained.second}#{customer}" for customer in customers}
        ids, _ = load_chosen(trained.second, variant, trained.store).recommend(
            interactions.histories(), k=50, in_stock=load_active(trained.second, trained.store)
        )
        for customer, row in zip(customers, ids, strict=True):
            item = items[f"user@{variant}#{trained.second}#{customer}"]
            listed = [each.product_id for each in unpack(item["packed"])]
            assert listed == [products[index] for index in row if index >= 0]
        assert [each["bought"] for each in items.values()] == [each["bought"] for each in own]
    path = trained.store.staged(f"{folder}/users@content-00000.parquet")
    assert duckdb.sql(f"SELECT COUNT(DISTINCT customer_id) FROM '{path}'").fetchall() == [(40,)]


def test_a_blend_of_given_weights_is_that_blend(trained):
    blend = load_chosen(trained.second, BLEND, trained.store)
    assert blend.weights_ == {"ease": 0.25, "item_to_item": 0.75}
    assert {name: type(model) for name, model in blend.models.items()} == {
        name: type(load_model(trained.second, name, trained.store)) for name in ("ease", "item_to_item")
    }


def test_a_variant_of_a_method_that_there_is_not_is_left_out_and_recorded(trained):
    variants = read_json(trained.store, f"runs/{trained.second}/recommendations/metrics.json")["variants"]
    assert variants["content"] == {"weights": {"content": 1.0}}
    lost = variants[variant_of(ARMS[3])[0]]
    assert lost == {"reason": "magic: it is no method of ours"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "promote.reason"),
        ({"reason": None}, "promote.reason"),
        ({"by": 7}, "promote.by"),
        ({"why": "x"}, "promote"),
        ({"version": "x" * 501}, "promote.version"),
    ],
)
def test_a_promotion_names_model_version_reason_and_who(change, field):
    asked = {"model": "als", "version": "run", "reason": "r", "by": "me"}
    assert read_promotion(asked) == asked
    with pytest.raises(BadField) as told:
        read_promotion({name: value for name, value in (asked | change).items() if value is not None})
    assert told.value.field == field


def copied(trained, folder) -> Lake:
    shutil.copytree(trained.store.root, folder / "copied")
    return Lake(FolderStore(folder / "copied"))


def promotable(trained, lake=None):
    return check_promotable(f"{trained.model}@{trained.first}", lake or trained.opened.lake)


def test_a_version_whose_run_cannot_be_made_again_is_refused(trained, tmp_path):
    lake = copied(trained, tmp_path)
    assert promotable(trained, lake)["model"] == trained.model
    manifest = Manifest.load(lake.store, trained.first)
    replace(manifest, reproducible=False, not_reproducible_because="a customer was erased").save(lake.store)
    with pytest.raises(BadInput, match="cannot be trained again just as it was: a customer was erased"):
        promotable(trained, lake)
    manifest.save(lake.store)
    files = lake.snapshot("orders", 1).contents()
    lake.store.delete(f"lake/orders/{files[0].path}")
    with pytest.raises(BadInput, match="1 of the 1 files of version 1 of lake/orders are deleted"):
        promotable(trained, lake)
    with pytest.raises(BadInput, match="promote a newer version, or train one"):
        pin("third", "recommendations", lake, trained.opened.shop, now=NOW, promote=trained.promoted)
    assert not lake.store.exists("runs/third/manifest.json")
    assert "deleted" in show(f"{trained.model}@{trained.first}", lake, {})["not_reproducible_because"]
    lake.store.delete("lake/orders/_delta_log/00000000000000000001.json")
    with pytest.raises(BadInput, match="lake/orders"):
        promotable(trained, lake)
    lake.store.delete(f"runs/{trained.first}/manifest.json")
    with pytest.raises(BadInput, match=r"the manifest of run .* is gone"):
        promotable(trained, lake)
    with pytest.raises(NotFound, match="has no manifest"):
        promoted_manifest("third", trained.promoted, lake, now=NOW)


def test_what_was_never_measured_cannot_be_promoted(trained, tmp_path):
    lake = copied(trained, tmp_path)
    write_json(
        lake.store,
        "models/repeat/old/model.json",
        {
            "model": "repeat",
            "version": "old",
            "decision": "skipped",
            "metrics": None,
            "reason": "off",
            "as_of": "2020",
        },
    )
    with pytest.raises(BadInput, match=r"repeat@old was left out of its run \(off\)"):
        check_promotable("repeat@old", lake)
    with pytest.raises(NotFound, match=r"there is no version 'nope' of ease; it has 2"):
        check_promotable("ease@nope", lake)
    with pytest.raises(NotFound, match=r"there is no model 'nope'; recorded are content, ease"):
        check_promotable("nope@nope", lake)
    with pytest.raises(BadInput, match="write NAME@VERSION"):
        check_promotable("ease", lake)


def test_a_promoted_method_that_fails_now_ends_the_run(trained):
    manifest = replace(Manifest.load(trained.store, trained.second), promoted=trained.promoted)
    with pytest.raises(
        RunFailed, match=f"{trained.model}@{trained.first} could not be trained again: too big"
    ):
        _decide(manifest, {"popularity": {}}, {trained.model: "too big"})


def test_a_promoted_blend_keeps_its_weights_and_asks_for_its_parts_alone(trained, tmp_path):
    store = copied(trained, tmp_path).store
    blend = record(trained, "hybrid", trained.first)
    kept = {"ease": 0.125, "content": 0.875}
    write_json(
        store, "models/hybrid/mixed/model.json", blend | {"metrics": blend["metrics"] | {"weights": kept}}
    )
    write_json(store, "models/ease/mixed/model.json", record(trained, "ease", trained.first))
    manifest = replace(
        Manifest.load(store, trained.second),
        run_id="blended",
        promoted=trained.promoted | {"model": "hybrid", "version": "mixed"},
        variants={},
    )
    manifest.save(store)
    for key in store.keys(f"runs/{trained.second}/features/"):
        store.write_bytes(key.replace(trained.second, "blended"), store.read_bytes(key))
    models = [each["model"] for each in candidates("blended", store)["models"]]
    assert models == ["popularity", "ease", "content"]
    for name in models:
        evaluate("blended", name, store)
    assert blend_step("blended", store)["weights"] == kept
    answer = gate("blended", store)
    assert answer["model"] == "hybrid"
    assert [part["model"] for part in answer["parts"]] == [
        *("content", "ease", "popularity"),
        *("similar", "alike", "together"),
    ]

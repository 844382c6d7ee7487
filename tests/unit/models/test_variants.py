"""Which lists the arms of experiments need."""

from __future__ import annotations

import doctest
import hashlib

import pytest

from patronage.logic.experiments import variants
from patronage.logic.experiments.variants import variant_of, variants_of
from patronage.logic.serve.documents import pack_document
from patronage.steps.wanted_variants import variants_kept, variants_served
from patronage.stores.objects import write_json

ALS = {"kind": "model", "model": "als"}
LIVE = {"kind": "model"}


def test_the_examples_hold():
    assert doctest.testmod(variants).failed == 0


@pytest.mark.parametrize("arm", [LIVE, {"kind": "popular"}, {"kind": "none"}, {"kind": "rules", "rules": {}}])
def test_an_arm_of_what_is_there_anyway_needs_no_lists(arm):
    assert variant_of(arm) == ("", {})


def test_equal_shares_have_one_name_however_they_are_written():
    same = [{"als": 1, "ease": 3}, {"ease": "0.75", "als": "0.25"}, {"ease": 0.3, "als": 0.1, "svd": 0}]
    names = {variant_of({"kind": "hybrid", "weights": weights})[0] for weights in same}
    digest = hashlib.sha256(b'{"als": 0.25, "ease": 0.75}').hexdigest()
    assert names == {f"hybrid-{digest[:8]}"}
    assert variant_of({"kind": "hybrid", "weights": {"als": 2, "svd": 0}}) == ("als", {"als": 1.0})
    assert variant_of({"kind": "model", "model": "hybrid"}) == ("hybrid", {})  # as the run learns it


def test_drafts_and_running_experiments_count():
    experiments = [
        {"state": state, "arms": [LIVE, {"kind": "model", "model": state}]}
        for state in ("draft", "running", "stopped", "archived")
    ]
    assert variants_of(experiments) == {"draft": {"draft": 1.0}, "running": {"running": 1.0}}


@pytest.mark.parametrize("is_list", [True, False])
def test_a_run_reads_them_from_the_table_or_from_the_copy_in_the_lake(store, table, is_list):
    assert variants_served(table) == variants_kept(store) == {}
    experiments = [{"experiment_id": "e", "state": "running", "arms": [LIVE, ALS]}]
    document = experiments if is_list else {"experiments": experiments, "holdout": None}
    table.put_all([{"pk": "experiments", "packed": pack_document(document)[0], "version": 1}])
    write_json(store, "settings/experiments.json", document)
    assert variants_served(table) == variants_kept(store) == {"als": {"als": 1.0}}

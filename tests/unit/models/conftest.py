from __future__ import annotations

import pytest

from models_support import ARMS, QUICK, SHOP, Trained, orders, taken_in
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_training
from patronage.logic.recommenders import candidates
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, write_json


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("models")
    lake = Lake(FolderStore(folder / "lake"))
    lake.store.write_bytes("shop.json", SHOP.to_json().encode())
    opened = OpenLake(lake, SHOP, folder=folder / "lake")
    with pytest.MonkeyPatch.context() as patch:
        for name in set(candidates.CANDIDATES) - set(QUICK):
            patch.delitem(candidates.CANDIDATES, name)
        taken_in(lake, folder, orders(), name="a")
        first, answer = run_training(opened)
        taken_in(lake, folder, orders(year=2024), name="b")
        experiment = {"experiment_id": "e", "state": "draft", "arms": ARMS}
        write_json(lake.store, "settings/experiments.json", {"experiments": [experiment], "holdout": None})
        asked = {"model": answer["model"], "version": first, "reason": "it sold more", "by": "Zoë"}
        second, again = run_training(opened, promote=asked)
    return Trained(opened, first, answer["model"], second, again)

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

import serving_support as support
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from pathlib import Path

Item = dict[str, Any]


@pytest.fixture(scope="session")
def runs_made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Item]]:
    """Make a run of each family, and the items that publishing them writes."""
    folder = tmp_path_factory.mktemp("runs")
    store = FolderStore(folder)
    with support.aws() as client:
        table = ServingTable(support.TABLE, client=client)
        support.make_recommendations(store, "run")
        support.make_segments(store, "seg")
        support.publish_all(store, table, "run", "recommendations")
        support.publish_all(store, table, "seg", "segments")
        return folder, client.scan(TableName=support.TABLE)["Items"]


@pytest.fixture
def published(runs_made_once: tuple[Path, list[Item]], store: FolderStore, client: Any) -> None:
    """Publish a run of recommendations and one of segments."""
    folder, items = runs_made_once
    shutil.copytree(folder, store.root, dirs_exist_ok=True)
    support.put_items(client, items)

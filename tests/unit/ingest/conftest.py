from __future__ import annotations

import pytest

from dialect_support import rows_of
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, shared


@pytest.fixture(scope="session")
def lake_of(tmp_path_factory):
    """Ingest a public file once; return its report and its rows."""
    done = {}

    def take(path):
        if path not in done:
            lake = Lake(FolderStore(tmp_path_factory.mktemp("lake")))
            upload = Upload(path=shared(path), key=f"raw/{path}", version="1", last_modified=NOW)
            done[path] = ingest(upload, lake, Shop(currency="USD", timezone="UTC"), now=NOW), lake
        report, lake = done[path]
        return report, rows_of(lake, report["table"])

    return take

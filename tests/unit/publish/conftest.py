from __future__ import annotations

import pytest
import serving_support as support

from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable


@pytest.fixture
def client():
    with support.aws() as opened:
        yield opened


@pytest.fixture
def table(client):
    return ServingTable(support.TABLE, client=client)


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path)

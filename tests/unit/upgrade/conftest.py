"""What the previous version left behind, unpacked once."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from previous_support import LEFT_BEHIND

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `lake`, every object of the lake's bucket, and `told.json`: served items, and answers."""
    folder = tmp_path_factory.mktemp("previous")
    with zipfile.ZipFile(LEFT_BEHIND) as packed:
        packed.extractall(folder)
    return folder

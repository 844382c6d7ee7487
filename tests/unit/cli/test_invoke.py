from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from patronage.cli.invoke import invoke
from patronage.cloud import check_port
from patronage.errors import BadInput, NotFound

if TYPE_CHECKING:
    from pathlib import Path


def call(path: Path, endpoint: str = "http://127.0.0.1:1") -> None:
    invoke("lookup", event=path, stack="Patronage", endpoint=endpoint)


def test_a_missing_event_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none.json cannot be read \(No such file"):
        call(tmp_path / "none.json")


def test_an_event_must_be_json(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("{step: pin}")
    with pytest.raises(BadInput, match=r"event\.json is no JSON"):
        call(path)


def test_without_a_running_cloud_it_says_how_to_start_one(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("{}")
    with pytest.raises(NotFound, match="start the local cloud with: patronage demo"):
        call(path, f"http://127.0.0.1:{check_port(0)}")

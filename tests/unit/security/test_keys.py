"""No key of an object leads out of its store."""

from __future__ import annotations

import boto3
import pytest

from patronage.errors import BadInput, NotFound
from patronage.steps.erase import requests
from patronage.steps.erase.requests import receipt_key
from patronage.stores.objects import FolderStore, S3Store

LEADING_OUT = ["../secret", "runs/../../secret", "runs/run/../../../secret", "/etc/passwd", ".."]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret").write_bytes(b"of another")
    (tmp_path / "store").mkdir()
    return FolderStore(tmp_path / "store")


@pytest.mark.parametrize("key", LEADING_OUT)
@pytest.mark.parametrize("work", ["read_bytes", "staged", "delete", "put_file"])
def test_a_key_reaches_nothing_beside_a_folder(folder, key, work):
    with pytest.raises(BadInput, match="leads out of its store"):
        getattr(folder, work)(key, *([folder.root] if work == "put_file" else []))
    assert not folder.exists(key)
    assert (folder.root.parent / "secret").read_bytes() == b"of another"


@pytest.mark.parametrize("key", LEADING_OUT)
def test_a_key_writes_nothing_beside_a_folder(folder, key):
    with pytest.raises(BadInput, match="leads out of its store"):
        folder.write_bytes(key, b"forged")
    assert sorted(path.name for path in folder.root.parent.rglob("*")) == ["secret", "store"]


@pytest.mark.parametrize("key", LEADING_OUT)
def test_a_key_of_a_bucket_is_staged_nowhere_else(client, key):
    boto3.client("s3").put_object(Bucket="lake", Key=key, Body=b"forged")
    store = S3Store("lake", client=boto3.client("s3"))
    with pytest.raises(BadInput, match="leads out of its store"):
        store.staged(key)
    store.close()


@pytest.mark.parametrize(
    "name", ["../../runs/run", "..", "a/../b", "%2e%2e%2f", "a\\..\\b", "hashes/x", "a\0b"]
)
def test_the_id_of_a_receipt_or_an_export_names_no_other_object(folder, name):
    with pytest.raises(NotFound):
        receipt_key(name)
    with pytest.raises(NotFound):
        requests.status(folder, name)
    with pytest.raises(NotFound):
        requests.export_status(folder, name)

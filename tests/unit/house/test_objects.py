from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from patronage.errors import NotFound
from patronage.stores.job_bucket import JobBucket
from patronage.stores.objects import FolderStore, S3Store, read_json, write_json

ODD = "a folder/Zoë/日本/50%/a+b.json"


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="lake")
        opened = S3Store("lake", client=client)
        yield opened
        opened.close()


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    return FolderStore(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("s3")


def test_what_is_written_is_read_under_any_key(store):
    write_json(store, ODD, {"money": 1, "name": "Zoë"})
    assert read_json(store, ODD) == {"money": 1, "name": "Zoë"}
    assert store.exists(ODD)
    assert store.staged(ODD).read_bytes() == store.read_bytes(ODD)


def test_a_store_travels_to_another_process(store):
    if isinstance(store, S3Store):
        store = JobBucket(store.bucket)
    write_json(store, ODD, 1)
    assert read_json(pickle.loads(pickle.dumps(store)), ODD) == 1  # noqa: S301 - it is our own


def test_keys_are_listed_sorted_below_a_prefix(store):
    for key in ("runs/b/x", "runs/a/x", "runs/a/y/z", "other"):
        store.write_bytes(key, b"1")
    assert store.keys("runs/") == ["runs/a/x", "runs/a/y/z", "runs/b/x"]
    assert store.keys("runs/a/x") == ["runs/a/x"]
    assert store.keys("nothing/") == []


def test_the_newest_stands_first_with_the_instant_of_its_writing(store):
    began = datetime.now(UTC) - timedelta(seconds=2)  # S3 tells whole seconds
    for key in ("runs/b", "other", "runs/a"):
        store.write_bytes(key, b"1")
    found = store.newest("runs/")
    assert sorted(key for _, key in found) == ["runs/a", "runs/b"]
    assert found == sorted(found, reverse=True)
    assert all(began <= written <= datetime.now(UTC) for written, _ in found)
    assert store.newest("nothing/") == []


def test_writing_gives_a_path_and_keeps_nothing_of_a_failed_write(store):
    with store.writing("runs/file.bin") as path:
        path.write_bytes(b"whole")
    assert store.read_bytes("runs/file.bin") == b"whole"
    with pytest.raises(RuntimeError):
        fail_half_way(store)
    assert store.read_bytes("runs/file.bin") == b"whole"
    assert store.keys("runs/") == ["runs/file.bin"]


def fail_half_way(store):
    with store.writing("runs/file.bin") as path:
        path.write_bytes(b"half")
        raise RuntimeError


def test_what_is_missing_is_not_found(store):
    assert not store.exists("missing")
    for read in (store.read_bytes, store.staged):
        with pytest.raises(NotFound, match="missing"):
            read("missing")


def test_a_version_of_an_object_is_staged_with_its_time(s3):
    client = s3._client
    client.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket="lake", Key=ODD, Body=b"first")["VersionId"]
    client.put_object(Bucket="lake", Key=ODD, Body=b"second")
    staged = s3.staged_version(ODD, first)
    assert (staged.path.read_bytes(), staged.version) == (b"first", first)
    assert staged.last_modified.tzinfo is not None
    assert s3.staged_version(ODD, None).path.read_bytes() == b"second"
    with pytest.raises(NotFound, match="has no version"):
        s3.staged_version("gone", None)

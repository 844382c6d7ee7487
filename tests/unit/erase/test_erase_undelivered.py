"""What the stream could not deliver goes where it mentions the customer, however Firehose wrapped it."""

from __future__ import annotations

import base64
import gzip
import json

import boto3
import pytest

from patronage.steps.erase.subject import Subject
from patronage.steps.erase.undelivered import UNDELIVERED, erase_undelivered, undelivered_left
from patronage.stores.objects import S3Store
from patronage.stores.raw import RawVersions

WHOM = Subject(customer_id="Zo\u00eb/17", session_ids=frozenset({"visit-1"}))


def wrapped(event: dict) -> bytes:
    raw = base64.b64encode(json.dumps(event).encode()).decode()
    return json.dumps({"attemptsMade": 4, "errorCode": "S3.AccessDenied", "rawData": raw}).encode()


EVENT = wrapped({"event_id": "e", "customer_id": "Zo\u00eb/17"})
VISIT = wrapped({"event_id": "e", "session_id": "visit-1"})
OTHERS = [wrapped({"customer_id": "Zo\u00eb/170"}), b"", b"no JSON\n[1]\n7\n", b'{"rawData": 5}']


@pytest.fixture
def raw(client):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw")
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    store = S3Store("raw", client=s3)
    yield RawVersions(store, client=s3)
    store.close()


def put(raw: RawVersions, name: str, content: bytes) -> str:
    raw.store.write_bytes(f"{UNDELIVERED}{name}", content)
    return f"{UNDELIVERED}{name}"


@pytest.mark.parametrize(
    "content",
    [EVENT, VISIT, OTHERS[0] + b"\n" + EVENT, gzip.compress(EVENT), b'{"customer_id": "Zo\xc3\xab/17"}'],
    ids=["event", "visit", "second line", "packed", "as it was"],
)
def test_every_version_that_mentions_the_customer_goes(raw, content):
    key = put(raw, "a", content)
    put(raw, "a", OTHERS[0])
    raw.store.delete(key)
    assert undelivered_left(raw, WHOM) == 1
    assert erase_undelivered(raw, [key], WHOM) == {"versions": 1}
    assert undelivered_left(raw, WHOM) == 0
    assert sorted(each.is_delete_marker for each in raw.of_key(key)) == [False, True]


@pytest.mark.parametrize("content", OTHERS)
def test_what_is_of_others_stays(raw, content):
    key = put(raw, "a", content)
    assert erase_undelivered(raw, [key], WHOM) == {"versions": 0}
    assert len(raw.of_key(key)) == 1

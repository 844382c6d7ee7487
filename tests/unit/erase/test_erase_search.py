from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
import zlib
from pathlib import Path

import duckdb
import numpy as np
import pytest

from erase_support import ZOE
from patronage.steps.erase.search import objects_that_mention


def as_csv(text: str) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(["1", text, "2"])
    return written.getvalue().encode()


def as_zip(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", as_csv(text) * 50)
    return buffer.getvalue()


def as_npz(text: str) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, names=np.array([text.encode()]))
    return buffer.getvalue()


def as_parquet(text: str, *, compression: str) -> bytes:
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        sql = "CREATE TABLE t AS SELECT i, CASE WHEN i = 70000 THEN $text END AS c FROM RANGE(80000) AS r(i)"
        connection.execute(sql.replace("SELECT i,", "SELECT 'row' || (1000000 + i) AS i,"), {"text": text})
        path = Path(folder) / "a.parquet"
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet, COMPRESSION {compression})")
        return path.read_bytes()


FORMATS = {
    "plain": lambda text: f"a {text} b".encode(),
    "csv": as_csv,
    "json": lambda text: json.dumps({"a": [text]}).encode(),
    "json as it is": lambda text: json.dumps({text: 1}, ensure_ascii=False).encode(),
    "json inside json": lambda text: json.dumps(
        {"stats": json.dumps({"min": text}, ensure_ascii=False)}
    ).encode(),
    "a csv line inside json": lambda text: json.dumps(
        {"raw": as_csv(text).decode()}, ensure_ascii=False
    ).encode(),
    "gzip": lambda text: gzip.compress(as_csv(text) * 50),
    "zip": as_zip,
    "zip inside gzip": lambda text: gzip.compress(as_zip(text)),
    "npz": as_npz,
    "zlib": lambda text: zlib.compress(json.dumps([text] * 50).encode(), 9),
    "utf-16": lambda text: text.encode("utf-16"),
    "parquet snappy": lambda text: as_parquet(text, compression="snappy"),
    "parquet zstd": lambda text: as_parquet(text, compression="zstd"),
}


# In an array, which is no text, a short id may stand by chance.
CASES = [
    (name, whom) for name in FORMATS for whom in (ZOE, "17", "a/b", "日本") if name != "npz" or whom == ZOE
]


@pytest.mark.parametrize(("name", "whom"), CASES)
def test_an_id_is_found_in_every_format(store, name, whom):
    store.write_bytes("a/object", FORMATS[name](whom))
    store.write_bytes("a/other", FORMATS[name]("ZZZ"))
    assert objects_that_mention(store, whom) == ["a/object"]


def test_an_id_is_found_in_the_name_of_an_object(store):
    store.write_bytes("raw/of-17/x", b"")
    store.write_bytes("raw/of-170/x", b"")
    assert objects_that_mention(store, "17") == ["raw/of-17/x"]


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b damaged", b"PK\x03\x04 damaged", b"x\x9c damaged", b"PAR"]
)
def test_a_damaged_object_is_looked_at_as_it_is(store, content):
    store.write_bytes("a", content)
    assert objects_that_mention(store, "17") == []
    assert objects_that_mention(store, "17", below="b/") == []


def test_an_object_that_is_deleted_meanwhile_mentions_nobody(store, monkeypatch):
    for key in ("a/gone", "b/there"):
        store.write_bytes(key, as_csv(ZOE))
    keys = store.keys("")
    monkeypatch.setattr(store, "keys", lambda _: keys)
    store.delete("a/gone")
    assert objects_that_mention(store, ZOE) == ["b/there"]

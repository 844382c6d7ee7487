"""The search by which erasure is proved finds an id in whatever it is written or packed."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import zipfile
import zlib
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from erase_doors_support import PERSON, unreadable
from searcher_support import Searcher, folder_contents

SEARCHER = Searcher({"whom": PERSON})
PLAIN = f"a,{PERSON},b".encode()


def parquet(column: list[object], **more: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"c": column}), out, **more)
    return out.getvalue()


def zipped(content: bytes, *, name: str = "a") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first", b"x" * 500)
        archive.writestr(name, content)
    return out.getvalue()


def arrays(**values: object) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **values)
    return out.getvalue()


def raw_deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(content) + packer.flush()


PACKED = {
    "plain": PLAIN,
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "JSON": json.dumps({"a": [PERSON]}).encode(),
    "JSON in JSON": json.dumps({"a": json.dumps(PERSON)}).encode(),
    "quoted in JSON": json.dumps({"problem": f"no {PERSON!r}"}, ensure_ascii=False).encode(),
    "CSV in JSON": json.dumps({"raw": PERSON.replace('"', '""')}, ensure_ascii=False).encode(),
    "an address": f"/a/{quote(PERSON, safe='')}?b".encode(),
    "a path": quote(PERSON).encode(),
    "CSV": PERSON.replace('"', '""').encode(),
    "base64": base64.b64encode(PLAIN),
    "base64 elsewhere": base64.b64encode(b"xx" + PLAIN),
    "base64 for addresses": base64.urlsafe_b64encode(b"x" + PLAIN),
    "gzip in base64 in JSON": json.dumps(
        {"rawData": base64.b64encode(gzip.compress(PLAIN)).decode()}
    ).encode(),
    "hexadecimal": PLAIN.hex().encode(),
    "a digest": hashlib.sha256(PERSON.encode()).hexdigest().encode(),
    "the first of a digest": base64.urlsafe_b64encode(hashlib.sha256(PERSON.encode()).digest()[:9]),
    "gzip": gzip.compress(PLAIN),
    "gzip after gzip": gzip.compress(b"x") + gzip.compress(PLAIN),
    "torn gzip": gzip.compress(PLAIN + bytes(range(256)) * 50)[:-40],
    "zlib": zlib.compress(PLAIN),
    "deflate": raw_deflated(PLAIN + b"\xff" * 9),
    "bzip2": bz2.compress(PLAIN),
    "xz": lzma.compress(PLAIN),
    "Zstandard": pa.compress(PLAIN, codec="zstd", asbytes=True),
    "zip": zipped(PLAIN),
    "a name in a zip": zipped(b"x", name=PERSON),
    "torn zip": zipped(PLAIN)[:-80],
    "zip in gzip": gzip.compress(zipped(gzip.compress(PLAIN))),
    "Parquet": parquet(["a", PERSON], compression="zstd"),
    "lists in Parquet": parquet([[{"k": PERSON}]], compression="snappy"),
    "bounds of Parquet": parquet([PERSON, "~"], compression="none"),
    "bytes in arrays": arrays(names=np.array([PERSON.encode()])),
    "texts in arrays": arrays(names=np.array(["a", PERSON])),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_an_id_is_found_in_whatever_it_is_packed(content):
    assert SEARCHER.names_in(content) == {"whom"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        PLAIN[:9],
        gzip.compress(PLAIN[3:9]),
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b",
        parquet(["a"]),
        b"x\x9c",
    ],
    ids=range(8),
)
def test_what_is_not_there_is_not_found(content):
    assert SEARCHER.names_in(content) == set()


@pytest.mark.parametrize("key", unreadable())
def test_what_no_reader_reads_is_looked_through(key):
    assert SEARCHER.names_in(unreadable()[key]) == {"whom"}


def test_every_file_of_a_folder_is_looked_at_and_its_name(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".hidden").write_bytes(PACKED["zlib"])
    (tmp_path / "a" / "none").write_bytes(b"nobody")
    (tmp_path / "a" / quote(PERSON, safe="")).touch()
    found = SEARCHER.found_in(folder_contents(tmp_path))
    assert sorted(found) == sorted(["a/.hidden", f"a/{quote(PERSON, safe='')}"])

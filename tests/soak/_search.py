"""Look for a person in every object and item, inside whatever it is packed in."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from soak._cloud import RAW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from soak._cloud import Cloud


def forms_of(customer_id: str) -> tuple[bytes, ...]:
    """Return what an id is written as: its longest plain piece, in UTF-8 and as JSON escapes it."""
    piece = customer_id.partition(",")[0]
    return piece.encode(), piece.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")


class Searcher:
    """Looks for erased people; a file that has not changed since is not read again for the same ones.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._clean: dict[tuple[Any, ...], set[str]] = {}

    def places(self, customer_ids: list[str], items: list[dict[str, Any]]) -> list[str]:
        """Return where one of some people is still named."""
        if not customer_ids:
            return []
        forms = {each: forms_of(each) for each in customer_ids}
        found = [str(path) for path in self._files() if self._names(path, forms)]
        found += [f"raw {key}" for key, content in self._raw() if _mentions(content, forms.values())]
        found += [item["pk"]["S"] for item in items if _item_mentions(item, forms.values())]
        return found

    def _files(self) -> Iterator[Path]:
        return (path for path in self._cloud.store.root.rglob("*") if path.is_file())

    def _names(self, path: Path, forms: dict[str, tuple[bytes, ...]]) -> bool:
        stat = path.stat()
        key = (str(path), stat.st_mtime_ns, stat.st_size)
        wanted = {each: form for each, form in forms.items() if each not in self._clean.get(key, ())}
        if not wanted:
            return False
        content = path.read_bytes()
        if _mentions(str(path).encode(), wanted.values()) or _mentions(content, wanted.values()):
            return True
        self._clean.setdefault(key, set()).update(wanted)
        return False

    def _raw(self) -> Iterator[tuple[str, bytes]]:
        s3 = self._cloud.s3
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=RAW):
            for each in page.get("Versions", []):
                named = {"Key": each["Key"], "VersionId": each["VersionId"]}
                yield each["Key"], s3.get_object(Bucket=RAW, **named)["Body"].read()


def _item_mentions(item: dict[str, Any], forms: Any) -> bool:
    return any(
        _mentions(content if isinstance(content, bytes) else str(content).encode(), forms)
        for attribute in item.values()
        for content in attribute.values()
    )


def _mentions(content: bytes, forms: Any) -> bool:
    return any(form in each for each in _unpacked(content) for written in forms for form in written)


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield a content as it is, and what is packed in it."""
    yield content
    if content[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(content))
        yield from (str(column.to_pylist()).encode() for column in table.columns)
    elif content[:2] == b"\x1f\x8b":
        yield from _unpacked(gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _unpacked(archive.read(name))
    elif content[:1] == b"x":
        try:
            yield from _unpacked(zlib.decompress(content))
        except zlib.error:
            return

"""Look through every object for an id, inside whatever it is packed in: the proof of an erasure."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from patronage.errors import NotFound
from patronage.logic.erase.texts import forms_of, is_telling, mentions
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from patronage.logic.erase.texts import Form
    from patronage.stores.objects import ObjectStore

_ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")
_DEEPEST = 4


def objects_that_mention(store: ObjectStore, text: str, *, below: str = "") -> list[str]:
    """Return the keys of the objects whose name or content mentions a text as a whole word.

    It may be that of something else: a product can have the id of a customer. Every object is read whole.

    Parameters
    ----------
    store : ObjectStore
        The objects.
    text : str
        What is looked for.
    below : str
        The prefix of their keys.
    """
    forms = forms_of(text)
    found = []
    with duckdb.connect() as connection:
        for key in store.keys(below):
            with suppress(NotFound):  # what is deleted meanwhile mentions nobody any more
                content = store.read_bytes(key)
                is_parquet = content[:4] == b"PAR1"
                if (
                    mentions(key.encode(), forms)
                    or holds(content, forms)
                    or (is_parquet and _parquet_holds(connection, store.staged(key), text))
                ):
                    found.append(key)
    return found


def holds(content: bytes, forms: Collection[Form], depth: int = 0) -> bool:
    """Say whether bytes mention one of some forms, as they are or unpacked: gzip, zip, npz, zlib."""
    if is_telling(content, forms) and mentions(content, forms):
        return True
    return depth < _DEEPEST and any(holds(each, forms, depth + 1) for each in _unpacked(content))


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
    elif content[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield name.encode()
                    yield archive.read(name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
            return  # cut, packed by a method that zipfile does not know, or behind a password
    elif _ZLIB.match(content):
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return


def _parquet_holds(connection: duckdb.DuckDBPyConnection, path: Path, text: str) -> bool:
    """Say whether a cell of a Parquet file holds a text; its pages are packed one by one."""
    source = f"read_parquet({literal(str(path))})"
    columns = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
    cells = " OR ".join(f"contains(CAST({identifier(name)} AS VARCHAR), {literal(text)})" for name in columns)
    sql = f"SELECT {', '.join(f'CAST({identifier(name)} AS VARCHAR)' for name in columns)} FROM {source}"
    cursor = connection.execute(f"{sql} WHERE {cells}")
    forms = forms_of(text)
    while rows := cursor.fetchmany(1_000):
        if any(cell and mentions(cell.encode(), forms) for row in rows for cell in row):
            return True
    return False

"""Files of this machine as uploads to a lake in a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.steps.ingest import SIDECAR, Upload, content_of, ingest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.local.lakes import OpenLake

ANY_TABLE = "files"
"""Stands in a key where a table's name would stand."""


def take_in(
    file: Path,
    opened: OpenLake,
    *,
    table: str | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Ingest a file of this machine and return its report; what it holds is its version.

    Raises
    ------
    BadInput
        There is no such file.
    """
    upload = as_upload(file, beside=opened.folder or Path(), table=table, options=options)
    return ingest(upload, opened.lake, opened.shop, now=datetime.now(UTC), progress=progress)


def as_upload(
    file: Path, *, beside: Path, table: str | None = None, options: Mapping[str, Any] | None = None
) -> Upload:
    """Describe a file of this machine as an upload.

    Its key holds its folder, so that files of one name in two folders are two objects: the path from where
    the lake's folder lies, or the whole path of a file elsewhere. Both stay the same whatever folder the
    command is called in.

    Parameters
    ----------
    file : Path
        The file.
    beside : Path
        The lake's folder.
    table : str, optional
        The canonical table that it is said to hold; without it no table's name may be read in the key.
    options : mapping, optional
        What this call alone states of the file.

    Raises
    ------
    BadInput
        There is no such file.
    """
    if not file.is_file():
        raise BadInput(f"{file} is no file; name an export of the shop")
    sidecar = file.with_name(f"{file.name}{SIDECAR}")
    place, home = file.resolve(), beside.resolve().parent
    path = place.relative_to(home) if place.is_relative_to(home) else place.relative_to(place.anchor)
    return Upload(
        path=file,
        key=f"raw/{table or ANY_TABLE}/{path.as_posix()}",
        version=content_of(file),
        last_modified=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        sidecar=sidecar.read_bytes() if sidecar.is_file() else "",
        options=options or {},
    )

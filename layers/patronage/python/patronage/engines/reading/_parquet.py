"""Bring a Parquet file out of its container."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from patronage.engines.reading._containers import HEAD_BYTES, damage_told, unpacked_blocks
from patronage.errors import BadInput
from patronage.logic.ingest.recognition import check_parquet_tail

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.logic.ingest.recognition import Format

_TAIL_BYTES = 8
_FREE_CELLS = 1 << 30
"""What a file may hold of whatever size."""
_CELLS_A_BYTE = 200
"""What a larger one may hold beyond that: of orders a cell takes about a byte."""


def parquet_source(path: Path, found: Format, folder: Path) -> Path:
    """Return a plain Parquet file: the file itself, or what gzip or zip held, unpacked into a folder.

    Parameters
    ----------
    path
        The file as it came.
    found
        Its format.
    folder
        Where there is room for the unpacked file.

    Raises
    ------
    BadInput
        The container is damaged or a bomb, or the Parquet file ends too soon.
    """
    if found.compression == "none":
        return path
    target = folder / "unpacked.parquet"
    with target.open("wb") as file:
        for block in unpacked_blocks(path, found.compression, found.member, block_bytes=HEAD_BYTES):
            file.write(block)
    check_parquet_tail(*parquet_tail(target))
    return target


def check_cells(rows: int, columns: int, size: int) -> None:
    """Refuse a Parquet file of so many bytes that holds very many equal rows, which no count of bytes shows.

    Raises
    ------
    BadInput
        There are too many cells for its size.
    """
    if rows * columns > max(_FREE_CELLS, _CELLS_A_BYTE * size):
        raise BadInput(
            f"the Parquet file of {size:,} bytes holds {rows:,} rows of {columns:,} columns, more than "
            f"{_FREE_CELLS:,} cells and than {_CELLS_A_BYTE} a byte; split the table and upload it in parts"
        )


def parquet_tail(path: Path) -> tuple[bytes, int]:
    """Return a file's last 8 bytes, and its size."""
    with damage_told("Parquet"), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return file.read(_TAIL_BYTES), size

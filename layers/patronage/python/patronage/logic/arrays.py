"""NumPy's `.npz` container read and written without NumPy.

The *tables* functions hold DuckDB and Delta Lake and have no room for NumPy, the *learn* functions the
other way round; arrays travel between the two in this format (NEP 1). Only one- and two-dimensional
little-endian arrays in C order are needed.
"""

from __future__ import annotations

import ast
import io
import zipfile
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MAGIC = b"\x93NUMPY\x01\x00"
_DTYPES: dict[str, Literal["i", "q", "f", "d"]] = {"<i4": "i", "<i8": "q", "<f4": "f", "<f8": "d"}
_DESCRIPTIONS: dict[str, str] = {code: description for description, code in _DTYPES.items()}


@dataclass(frozen=True)
class Array:
    """Values in C order and their shape; `values` is flat, with typecode i, q, f or d."""

    shape: tuple[int, ...]
    values: memoryview[Any]

    def row(self, index: int) -> memoryview[Any]:
        """Return one row of a two-dimensional array."""
        width = self.shape[1]
        return self.values[index * width : (index + 1) * width]


def read_npz(content: bytes) -> dict[str, Array]:
    """Read the arrays of an `.npz` file by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removesuffix(".npy"): _read_npy(archive.read(name)) for name in archive.namelist()}


def write_npz(arrays: Mapping[str, array[Any]], *, compressed: bool = True) -> bytes:
    """Write one-dimensional arrays (typecodes i, q, f, d) as an `.npz` file; equal arrays, equal bytes.

    Parameters
    ----------
    arrays : mapping
        By name.
    compressed : bool
        Whether to deflate them: slow, and of little use to what is read once and soon.
    """
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method, compresslevel=1) as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = method
            archive.writestr(entry, _header(values.typecode, len(values)) + values.tobytes())
    return buffer.getvalue()


def gather(typecodes: Mapping[str, str], chunks: Iterable[Iterable[Sequence[Any]]]) -> dict[str, array[Any]]:
    """Turn rows, which come in chunks, into an array a column; `typecodes` names the columns in order."""
    columns = {name: array(typecode) for name, typecode in typecodes.items()}
    for chunk in chunks:
        for values, cells in zip(columns.values(), zip(*chunk, strict=True), strict=True):
            values.extend(cells)
    return columns


def _header(typecode: str, length: int) -> bytes:
    text = f"{{'descr': '{_DESCRIPTIONS[typecode]}', 'fortran_order': False, 'shape': ({length},), }}"
    padding = -(len(_MAGIC) + 2 + len(text) + 1) % 64
    encoded = (text + " " * padding + "\n").encode("latin-1")
    return _MAGIC + len(encoded).to_bytes(2, "little") + encoded


def _read_npy(content: bytes) -> Array:
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(content[len(_MAGIC) : start], "little")
    header = ast.literal_eval(content[start:end].decode("latin-1"))
    if header["fortran_order"] or header["descr"] not in _DTYPES:
        raise BadInput(f"array header {header} is neither C order nor one of {', '.join(_DTYPES)}")
    values: memoryview[Any] = memoryview(content)[end:].cast(_DTYPES[header["descr"]])
    return Array(header["shape"], values)

"""Empty one user's place in the arrays of recommendation lists."""

from __future__ import annotations

import io
import zipfile
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.arrays import Array

_CODES = {"i": "<i4", "q": "<i8", "f": "<f4", "d": "<f8"}
_MAGIC = b"\x93NUMPY\x01\x00"
_EMPTY = {"items": -1, "because": -1}
_BOUGHT = ("bought_indptr", "bought_items")


def without_user(arrays: Mapping[str, Array], user: int) -> bytes | None:
    """Return a shard of lists, as an `.npz` file, in which a user has no list; None where it has none now.

    Parameters
    ----------
    arrays : mapping
        ``rows`` (users), aligned two-dimensional lists, and what each user bought as ``bought_indptr`` and
        ``bought_items``, as a run has them.
    user : int
        The user, by index.
    """
    rows = list(arrays["rows"].values)
    if user not in rows:
        return None
    place = rows.index(user)
    emptied = {name: _emptied(name, values, place) for name, values in arrays.items()}
    if all(name in arrays for name in _BOUGHT):
        ends, items = (list(arrays[name].values) for name in _BOUGHT)
        gone = ends[place + 1] - ends[place]
        kept = items[: ends[place]] + items[ends[place + 1] :]
        rest = ends[: place + 1] + [end - gone for end in ends[place + 1 :]]
        for name, values in zip(_BOUGHT, (rest, kept), strict=True):
            emptied[name] = ((len(values),), array(arrays[name].values.format, values))
    if all(values.tobytes() == arrays[name].values.tobytes() for name, (_, values) in emptied.items()):
        return None
    return _npz(emptied)


def _emptied(name: str, values: Array, place: int) -> tuple[tuple[int, ...], array[Any]]:
    flat = array(values.values.format, values.values)
    if len(values.shape) == 2:
        width = values.shape[1]
        flat[place * width : (place + 1) * width] = array(flat.typecode, [_EMPTY.get(name, 0)] * width)
    return values.shape, flat


def _npz(arrays: Mapping[str, tuple[tuple[int, ...], array[Any]]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (shape, values) in arrays.items():
            text = f"{{'descr': '{_CODES[values.typecode]}', 'fortran_order': False, 'shape': {shape}, }}"
            padding = -(len(_MAGIC) + 2 + len(text) + 1) % 64
            header = (text + " " * padding + "\n").encode("latin-1")
            content = _MAGIC + len(header).to_bytes(2, "little") + header + values.tobytes()
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

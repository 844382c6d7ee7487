"""Arrays by name, read and written as `.npz` by the *learn* functions, which hold NumPy."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from patronage.stores.objects import ObjectStore


def load_arrays(store: ObjectStore, key: str) -> dict[str, NDArray[Any]]:
    """Read the arrays of a file."""
    with np.load(io.BytesIO(store.read_bytes(key))) as arrays:
        return dict(arrays)


def save_arrays(
    store: ObjectStore, key: str, arrays: Mapping[str, NDArray[Any]], *, compressed: bool = True
) -> None:
    """Write arrays as a file."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    # Of lists the level that NumPy takes makes a file 8 % smaller, and takes five times as long.
    with zipfile.ZipFile(buffer, "w", method, compresslevel=1) as archive:
        for name, values in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, values, allow_pickle=False)
    store.write_bytes(key, buffer.getvalue())

"""Arrays by name, read and written as `.npz` by the *learn* functions, which hold NumPy."""

from __future__ import annotations

import io
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
    write = np.savez_compressed if compressed else np.savez
    write(buffer, **arrays)  # type: ignore[arg-type]
    store.write_bytes(key, buffer.getvalue())

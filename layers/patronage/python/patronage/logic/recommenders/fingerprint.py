"""A model's fingerprint: a hash of what it learnt, whatever the file that holds it looks like."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def fingerprint(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of arrays by name: names, types, shapes and values, in the order of the names.

    Equal contents give equal fingerprints on every machine; equal training gives equal contents on machines
    of one architecture (`single_blas_thread`).

    Examples
    --------
    >>> fingerprint({"a": np.zeros(2)}) == fingerprint({"a": np.zeros(2)[::-1]})
    True
    >>> fingerprint({"a": np.zeros(2)}) == fingerprint({"a": np.zeros((2, 1))})
    False
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        values = arrays[name]
        little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
        digest.update(json.dumps([name, little_endian.dtype.str, values.shape]).encode())
        digest.update(np.ascontiguousarray(little_endian).data)
    return digest.hexdigest()

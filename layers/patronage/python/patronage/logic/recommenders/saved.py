"""What a recommender learnt, as arrays by name, to be kept and taken up again elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Recommender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Matrix

_PARTS = ("data", "indices", "indptr", "shape")
_Model = TypeVar("_Model", bound=Recommender)


def learnt(model: Recommender) -> dict[str, NDArray[Any]]:
    """Return what a fitted model learnt: its attributes whose names end in ``_``.

    Each is an array, a number, or a sparse array, which becomes one entry a part: ``similarity_.indices``.
    What a model within the model learnt stands behind its name: ``model/similarity_.indices``.
    """
    found: dict[str, NDArray[Any]] = {}
    for name, value in vars(model).items():
        if isinstance(value, Recommender):
            found |= {f"{name}/{key}": array for key, array in learnt(value).items()}
        if not name.endswith("_"):
            continue
        if sparse.issparse(value):
            rows = sparse.csr_array(cast("Matrix", value))
            found |= {f"{name}.{part}": np.asarray(getattr(rows, part)) for part in _PARTS}
        else:
            found[name] = np.asarray(value)
            if found[name].dtype == object:
                raise BadInput(f"{type(model).__name__}.{name} is neither an array nor a number")
    return found


def restored(model: _Model, arrays: Mapping[str, NDArray[Any]]) -> _Model:
    """Give an untrained model of the same settings what another one learnt, and return it."""
    for name in dict.fromkeys(key.partition("/")[0] for key in arrays if "/" in key):
        within = {key.partition("/")[2]: array for key, array in arrays.items() if key.startswith(f"{name}/")}
        restored(getattr(model, name), within)
    for name in dict.fromkeys(key.partition(".")[0] for key in arrays if "/" not in key):
        if f"{name}.{_PARTS[0]}" in arrays:
            data, indices, indptr, shape = (arrays[f"{name}.{part}"] for part in _PARTS)
            value: Any = sparse.csr_array((data, indices, indptr), shape=tuple(shape))
        else:
            value = arrays[name] if arrays[name].ndim else arrays[name].item()
        setattr(model, name, value)
    return model

"""Work on blocks in threads; NumPy and SciPy let go of the interpreter in what takes long."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Block = TypeVar("_Block")
_Result = TypeVar("_Result")


def in_threads(work: Callable[[_Block], _Result], blocks: Iterable[_Block]) -> list[_Result]:
    """Return the results in the order of the blocks, from as many threads as there are cores."""
    with ThreadPoolExecutor(_cores()) as pool:
        return list(pool.map(work, blocks))


def _cores() -> int:
    """Count the cores that this process may use; only Linux tells them from all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

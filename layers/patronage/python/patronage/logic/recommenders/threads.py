"""Work on blocks in threads; NumPy and SciPy let go of the interpreter in what takes long."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

_Block = TypeVar("_Block")
_Result = TypeVar("_Result")
_thread = threading.local()


def in_threads(work: Callable[[_Block], _Result], blocks: Iterable[_Block]) -> list[_Result]:
    """Return the results in the order of the blocks, from as many threads as there are cores.

    A single block leaves the threads to the blocks within it; where there are more, those within one stay in
    its thread, as the cores are busy.
    """
    blocks = list(blocks)
    if len(blocks) == 1 or getattr(_thread, "is_of_pool", False):
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(_cores(), initializer=_join_pool) as pool:
        return list(pool.map(work, blocks))


def in_blocks(work: Callable[[slice], _Result], rows: int, step: int) -> list[_Result]:
    """Return the results for each range of `step` rows, in their order, as `in_threads` does."""
    return in_threads(work, [slice(start, start + step) for start in range(0, rows, step)])


def single_blas_thread() -> AbstractContextManager[object]:
    """Let BLAS and LAPACK work in one thread, so that their sums come out the same on any number of cores.

    Blocks of `in_threads` and `in_blocks` are cut alike however many threads there are, and so need no limit.
    """
    limited: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limited


def _join_pool() -> None:
    _thread.is_of_pool = True


def _cores() -> int:
    """Count the cores that this process may use; only Linux tells them from all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Which engine the steps of a run open: DuckDB, unless an edge says otherwise."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from patronage.engines.base import Engine
    from patronage.settings import Shop

    Opens = Callable[[Shop], AbstractContextManager[Engine]]

_opens: list[Opens] = [DuckEngine]


def open_engine(shop: Shop) -> AbstractContextManager[Engine]:
    """Open the engine of this process for a shop."""
    return _opens[-1](shop)


@contextmanager
def opening(opens: Opens) -> Iterator[None]:
    """Let steps open another engine, in every thread, until the block ends."""
    _opens.append(opens)
    try:
        yield
    finally:
        _opens.pop()

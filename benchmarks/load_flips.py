"""When the pointer of each family flips, seen from outside: an entry tells only when its flip was begun."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.pointer import Entry
    from patronage.stores.serving import ServingTable

_POLL_SECONDS = 0.2


class FlipWatch:
    """Look at the pointer until it is stopped.

    Parameters
    ----------
    table : ServingTable
        Whose pointer.
    """

    def __init__(self, table: ServingTable) -> None:
        self.old = table.pointer()
        self.new: Mapping[str, Entry] = self.old
        self._table = table
        self._flipped_at: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> dict[str, float]:
        """Return when each family's new generation was first seen, in seconds since 1970."""
        self._ended.set()
        self._thread.join()
        return self._flipped_at

    def _go(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self.new = self._table.pointer()
            for family, entry in self.new.items():
                if family not in self.old or entry.run_id != self.old[family].run_id:
                    self._flipped_at.setdefault(family, time.time())

"""A request's patience: after so long nothing more is sent for it, so that an answer comes in time."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

if TYPE_CHECKING:
    from collections.abc import Callable


class TooLate(BotoCoreError):
    """The patience for a request was at its end before this could be sent."""

    fmt = "the time for this request is up"


class Patience:
    """Holds the calls of clients to a request's time; endless until the first `begin`.

    Parameters
    ----------
    clock : callable
        Seconds that never go backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = math.inf

    def begin(self, seconds: float) -> None:
        """Begin a request: what would be sent later than this, a second attempt too, fails at once."""
        self._ends = self._clock() + seconds

    def bind(self, client: Any) -> None:
        """Hold a client's calls to it."""
        client.meta.events.register_first("before-send", self._check)

    def _check(self, **_: Any) -> None:
        if self._clock() >= self._ends:
            raise TooLate

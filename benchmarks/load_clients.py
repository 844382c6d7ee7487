"""An open loop: requests leave at a known rate, and waiting counts from when each was due.

Clients that ask only when the answer before has come would ask less while answers are slow, and so hide how
slow they are (coordinated omission).
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.load_requests import Asked

_TIMEOUT_SECONDS = 30
"""API Gateway's own is 29."""


class Got(NamedTuple):
    """What came of a request.

    Parameters
    ----------
    status : int
        HTTP's; 0 where no answer came.
    body : object
        What was answered, read from JSON.
    problem : str
        Why there is no answer that can be read; "" where there is one.
    """

    status: int
    body: Any
    problem: str = ""


@dataclass(frozen=True)
class Sent:
    """A request that was sent, and what came of it.

    Parameters
    ----------
    due, sent, ended : float
        When it was due, left and was answered, in seconds since 1970.
    status, body, problem
        As of `Got`.
    """

    asked: Asked
    due: float
    sent: float
    ended: float
    status: int
    body: Any
    problem: str = ""

    @property
    def seconds(self) -> float:
        """How long whoever asked waited."""
        return self.ended - self.due


class HttpClient:
    """One connection to a stage, opened anew where it broke.

    Parameters
    ----------
    url : str
        The stage's URL.
    keys : mapping of str to str
        The API key of each plan.
    """

    def __init__(self, url: str, keys: Mapping[str, str]) -> None:
        self._url = urlsplit(url)
        self._keys = keys
        self._connection = http.client.HTTPConnection(self._url.netloc, timeout=_TIMEOUT_SECONDS)

    def __call__(self, asked: Asked) -> Got:
        headers = {"x-api-key": self._keys[asked.plan]} if asked.plan else {}
        if asked.body is not None:
            headers["content-type"] = "application/json"
        status = 0
        try:
            self._connection.request(asked.method, f"{self._url.path}{asked.path}", asked.body, headers)
            answer = self._connection.getresponse()
            status, text = answer.status, answer.read()
            return Got(status, json.loads(text))
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._connection.close()
            return Got(status, None, type(error).__name__)


class OpenLoop:
    """Send requests at a rate until it is stopped.

    Parameters
    ----------
    client : callable
        Makes what sends a request and returns what came of it, one for each thread.
    requests : iterator of Asked
        Without an end.
    per_second : float
        How many are due in a second.
    clients : int
        How many may be on their way at once; those beyond wait, which counts.
    """

    def __init__(
        self,
        client: Callable[[], Callable[[Asked], Got]],
        requests: Iterator[Asked],
        *,
        per_second: float,
        clients: int = 8,
    ) -> None:
        self._client = client
        self._requests = requests
        self._per_second = per_second
        self._places = itertools.count()
        self._taking = threading.Lock()
        self._ended = threading.Event()
        self._sent: list[Sent] = []
        self._threads = [threading.Thread(target=self._go, daemon=True) for _ in range(clients)]
        self._began = 0.0

    def start(self) -> None:
        """Begin to send."""
        self._began = time.time()
        for thread in self._threads:
            thread.start()

    def stop(self) -> list[Sent]:
        """Send no more, wait for the answers that are on their way, and return all that was sent."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return sorted(self._sent, key=lambda each: each.due)

    def _go(self) -> None:
        send = self._client()
        while True:
            with self._taking:
                due, asked = self._began + next(self._places) / self._per_second, next(self._requests)
            if self._ended.wait(max(0.0, due - time.time())):
                return
            sent, got = time.time(), send(asked)
            self._sent.append(Sent(asked, due, sent, time.time(), *got))

"""A secret of the stack, kept in memory for a bounded time, so that one that is replaced ends everywhere."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_SECONDS = 300
AGAIN_SECONDS = 30
"""After so long a reading that failed is tried again, where an older value serves meanwhile."""
_LOG = logging.getLogger("patronage.secret")


class Secret:
    """A secret in Secrets Manager.

    Parameters
    ----------
    arn : str
        Which one.
    client : SecretsManagerClient
        One that gives up in time for an answer.
    clock : callable
        Seconds that never go backwards.
    """

    def __init__(
        self, arn: str, *, client: SecretsManagerClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._arn = arn
        self._client = client
        self._clock = clock
        self._value = b""
        self._due = clock()

    def value(self) -> bytes:
        """Return the value, read at most `KEPT_SECONDS` ago; an older one while none can be read.

        Raises
        ------
        TryAgain
            It cannot be read, and never was.
        """
        if self._value and self._clock() < self._due:
            return self._value
        try:
            self._value, wait = self._read(), KEPT_SECONDS
        except (BotoCoreError, ClientError) as exc:
            if not self._value:
                raise TryAgain("the stack's secret cannot be read just now; ask again shortly") from exc
            wait = AGAIN_SECONDS
            _LOG.warning("a secret cannot be read again; the old one serves", extra={"secret": self._arn})
        self._due = self._clock() + wait
        return self._value

    def _read(self) -> bytes:
        return self._client.get_secret_value(SecretId=self._arn)["SecretString"].encode()

"""The delivery stream that takes events to the raw bucket, as lines of JSON."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mypy_boto3_firehose import FirehoseClient

RECORD_BYTES = 1_000_000
"""Firehose takes 1,024,000; each record is billed in steps of 5 KB, so many lines make one."""
RECORDS_AT_ONCE = 4
"""Firehose takes 4 MiB at once."""
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 0.05


class EventStream:
    """A delivery stream of Amazon Data Firehose.

    Parameters
    ----------
    name : str
        The stream.
    client : FirehoseClient
        A low-level client.
    sleep : callable
        Waits a number of seconds between attempts.
    """

    def __init__(
        self, name: str, *, client: FirehoseClient, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.name = name
        self._client = client
        self._sleep = sleep

    def send(self, lines: Iterable[bytes]) -> None:
        r"""Hand lines over, each with its ``\n``; a line may arrive more than once.

        Raises
        ------
        TryAgain
            Firehose did not take all of them; the same lines may be sent again.
        """
        records = list(_records(lines))
        for start in range(0, len(records), RECORDS_AT_ONCE):
            self._until_taken(records[start : start + RECORDS_AT_ONCE])

    def _until_taken(self, records: Sequence[bytes]) -> None:
        """Send records, then those that were not taken, waiting longer each time (full jitter)."""
        wait = _FIRST_WAIT_SECONDS
        for _ in range(_ATTEMPTS):
            records = self._left_of(records)
            if not records:
                return
            self._sleep(random.uniform(0, wait))  # noqa: S311 - spreads retries, keeps no secret
            wait *= 2
        raise TryAgain("the event stream did not take all events; post them again shortly")

    def _left_of(self, records: Sequence[bytes]) -> Sequence[bytes]:
        try:
            answer: Any = self._client.put_record_batch(
                DeliveryStreamName=self.name, Records=[{"Data": record} for record in records]
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "ServiceUnavailableException":
                return records
            code = exc.response["Error"]["Code"]
            raise TryAgain(f"the event stream answered {code}; post the events again shortly") from exc
        except BotoCoreError as exc:
            raise TryAgain("the event stream could not be reached; post the events again shortly") from exc
        if not answer["FailedPutCount"]:
            return ()
        fates = zip(records, answer["RequestResponses"], strict=True)
        return [record for record, fate in fates if fate.get("ErrorCode")]


def _records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to as few records as may be."""
    record = bytearray()
    for line in lines:
        if record and len(record) + len(line) > RECORD_BYTES:
            yield bytes(record)
            record.clear()
        record += line
    if record:
        yield bytes(record)

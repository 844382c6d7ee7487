"""A serving table as files: what stands in DynamoDB's place where nothing may leave this machine.

The items arrive as DynamoDB would get them, in the batches that `ServingTable` sends, and are appended to a
file a process in the form of DynamoDB's own exports to S3 (DynamoDB JSON, an item a line, bytes in base64).
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PUTS_A_BATCH = 25
"""DynamoDB refuses a larger batch."""


class FileTables:
    """The part of a low-level DynamoDB client that publishing a shard needs.

    Parameters
    ----------
    path : Path
        The file to append to.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def batch_write_item(self, *, RequestItems: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        """Append the items of a batch."""
        for puts in RequestItems.values():
            items = [put["PutRequest"]["Item"] for put in puts]
            if len(items) > PUTS_A_BATCH or len({item["pk"]["S"] for item in items}) < len(items):
                raise ValueError("DynamoDB would refuse the batch")
            self._file.writelines(
                json.dumps({"Item": item}, default=_text).encode() + b"\n" for item in items
            )
        return {}

    def close(self) -> None:
        """Write out what is held back."""
        self._file.close()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()

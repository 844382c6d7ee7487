"""A serving table as files: what stands in DynamoDB's place where nothing may leave this machine.

The items arrive as DynamoDB would get them, in the batches that `ServingTable` sends, and are appended to a
file a process in the form of DynamoDB's own exports to S3 (DynamoDB JSON, an item a line, bytes in base64).
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
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
            self._file.writelines(map(_line, items))
        return {}

    def close(self) -> None:
        """Write out what is held back."""
        self._file.close()


def _line(item: Mapping[str, dict[str, Any]]) -> bytes:
    """Write an item; by hand, so that the bench measures the publishing rather than itself."""
    attributes = ", ".join([f'"{name}": {_value(value)}' for name, value in item.items()])
    return f'{{"Item": {{{attributes}}}}}\n'.encode()


def _value(value: Mapping[str, Any]) -> str:
    ((kind, content),) = value.items()
    is_bytes = kind == "B"
    text = f'"{b2a_base64(content, newline=False).decode()}"' if is_bytes else json.dumps(content)
    return f'{{"{kind}": {text}}}'

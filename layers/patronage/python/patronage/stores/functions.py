"""Lambda functions of the stack: have one work on something without waiting for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping


def hand_over(client: Any, function: str, event: Mapping[str, Any]) -> None:
    """Give a function an event and go on; Lambda repeats one that fails, twice.

    Raises
    ------
    TryAgain
        Lambda did not take the event.
    """
    try:
        client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode())
    except (BotoCoreError, ClientError) as exc:
        raise TryAgain(f"the function {function} could not be called; ask again shortly") from exc

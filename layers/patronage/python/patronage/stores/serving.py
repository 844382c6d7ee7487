"""The serving table: one DynamoDB table of items by key, and the pointer that says which are live."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.keys import POINTER
from patronage.logic.serve.pointer import entries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from patronage.logic.serve.pointer import Entry

PUTS_A_BATCH = 25
GETS_A_BATCH = 100
UPDATES_AT_ONCE = 10
_ATTEMPTS = 10
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 5.0

Item = dict[str, Any]


class ServingTable:
    """Items of plain values (text, int, bytes, bool, None, list, dict) in a DynamoDB table.

    Every failure of DynamoDB is raised as `TryAgain`.

    Parameters
    ----------
    name : str
        The table.
    client : DynamoDBClient
        A low-level client.
    sleep : callable
        Waits a number of seconds between attempts.
    attempts : int
        How often what was left of a batch is sent.
    """

    def __init__(
        self,
        name: str,
        *,
        client: DynamoDBClient,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self.name = name
        self._attempts = attempts
        self._client = client
        self._sleep = sleep

    def put_all(self, items: Sequence[Item]) -> None:
        """Write items, replacing those of the same key; an item that is written again loses its expiry."""
        for batch in _batches(items, PUTS_A_BATCH):
            puts = [{"PutRequest": {"Item": _marshal(item)["M"]}} for item in batch]
            self._until_done({self.name: puts}, self._write_batch)

    def delete_all(self, keys: Sequence[str]) -> None:
        """Take items away; those that do not exist are passed over."""
        for batch in _batches(list(dict.fromkeys(keys)), PUTS_A_BATCH):
            deletes = [{"DeleteRequest": {"Key": _key(key)}} for key in batch]
            self._until_done({self.name: deletes}, self._write_batch)

    def put_if(self, item: Item, *, version: int) -> bool:
        """Replace the item of a version, 0 for none; return False where another write was first.

        Parameters
        ----------
        item : Item
            With the `version` that it will have.
        version : int
            What was read.
        """
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if version:
            condition = {
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": _marshal({":before": version})["M"],
            }
        return self._conditionally(self._client.put_item, Item=_marshal(item)["M"], **condition)

    def get(self, key: str, *, is_consistent: bool = False) -> Item | None:
        """Read an item, eventually consistent unless it must not be; None where there is none."""
        more = {"ConsistentRead": True} if is_consistent else {}
        found = self._call(self._client.get_item, Key=_key(key), **more).get("Item")
        return None if found is None else _unmarshal({"M": found})

    def get_all(self, keys: Sequence[str]) -> dict[str, Item]:
        """Read items by key, strongly consistent; those that do not exist are left out."""
        items: dict[str, Item] = {}

        def read(request: dict[str, Any]) -> dict[str, Any]:
            answer = self._request(self._client.batch_get_item, RequestItems=request)
            for found in answer["Responses"].get(self.name, []):
                item = _unmarshal({"M": found})
                items[item["pk"]] = item
            return answer.get("UnprocessedKeys") or {}

        for batch in _batches(keys, GETS_A_BATCH):
            wanted = {"Keys": [_key(key) for key in batch], "ConsistentRead": True}
            self._until_done({self.name: wanted}, read)
        return items

    def pointer(self) -> dict[str, Entry]:
        """Read the live entry of each family that has one, strongly consistent."""
        found = self._call(self._client.get_item, Key=_key(POINTER), ConsistentRead=True).get("Item", {})
        return entries_of(_unmarshal({"M": found}))

    def point(self, family: str, entry: Entry) -> bool:
        """Replace the entry of the version before; return False where another write was first."""
        is_first = entry.version == 1
        names = {"#family": family} | ({} if is_first else {"#version": "version"})
        values = {":entry": entry.to_mapping()} | ({} if is_first else {":before": entry.version - 1})
        condition = "attribute_not_exists(#family)" if is_first else "#family.#version = :before"
        return self._update(POINTER, "SET #family = :entry", condition, names, values)

    def change(self, key: str, values: Mapping[str, Any], *, known: Mapping[str, Any]) -> bool:
        """Set attributes of an item; return False, and set none, where the known ones have changed."""
        names = {f"#{place}": name for place, name in enumerate([*values, *known])}
        places = {f":{place}": value for place, value in enumerate([*values.values(), *known.values()])}
        update = ", ".join(f"#{place} = :{place}" for place in range(len(values)))
        condition = " AND ".join(f"#{place} = :{place}" for place in range(len(values), len(names)))
        return self._update(key, f"SET {update}", condition, names, places)

    def expire(self, keys: Sequence[str], *, at: int) -> int:
        """Let items end at a time (seconds since 1970); return how many of them exist."""
        return self._update_each(keys, "SET #expires = :at", {":at": at})

    def keep(self, keys: Sequence[str]) -> int:
        """Take the end off items; return how many of them exist."""
        return self._update_each(keys, "REMOVE #expires", {})

    def _update_each(self, keys: Sequence[str], update: str, values: Mapping[str, Any]) -> int:
        names = {"#expires": "expires_at"}

        def one(key: str) -> bool:
            return self._update(key, update, "attribute_exists(pk)", names, values)

        with ThreadPoolExecutor(UPDATES_AT_ONCE) as pool:
            return sum(pool.map(one, keys))

    def _update(
        self, key: str, update: str, condition: str, names: Mapping[str, str], values: Mapping[str, Any]
    ) -> bool:
        more = {"ExpressionAttributeValues": _marshal(values)["M"]} if values else {}
        return self._conditionally(
            self._client.update_item,
            Key=_key(key),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            **more,
        )

    def _conditionally(self, operation: Callable[..., Any], **arguments: Any) -> bool:
        """Write under a condition; return False where it does not hold."""
        try:
            self._call(operation, **arguments)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _write_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._request(self._client.batch_write_item, RequestItems=request)
        return answer.get("UnprocessedItems") or {}

    def _until_done(self, request: dict[str, Any], send: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Send a batch, then what was left of it, waiting longer each time (full jitter)."""
        wait = _FIRST_WAIT_SECONDS
        for _ in range(self._attempts):
            request = send(request)
            if not request:
                return
            self._sleep(random.uniform(0, wait))  # noqa: S311 - spreads retries, keeps no secret
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
        raise TryAgain(
            f"DynamoDB left part of a batch undone {self._attempts} times; the same step may be repeated"
        )

    def _call(self, operation: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        return self._request(operation, TableName=self.name, **arguments)

    def _request(self, operation: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        try:
            return operation(**arguments)  # type: ignore[no-any-return]
        except self._client.exceptions.ConditionalCheckFailedException:
            raise
        except ClientError as exc:
            raise TryAgain(f"DynamoDB answered {exc.response['Error']['Code']}; try again shortly") from exc
        except BotoCoreError as exc:
            raise TryAgain("DynamoDB could not be reached; try again shortly") from exc


def needed(table: ServingTable, keys: Sequence[str]) -> dict[str, Item]:
    """Read items that a publication wrote together; `TryAgain` where one of them is not there."""
    found = table.get_all(keys)
    if missing := [key for key in keys if key not in found]:
        raise TryAgain(f"{missing[0]} is not in the serving table; publish its run again")
    return found


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": key}}


def _batches(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _marshal(value: Any) -> dict[str, Any]:
    """Write a plain value as DynamoDB's; a float has no exact form there and is refused."""
    match value:  # what most attributes are comes first
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case None | bool():
            return {"NULL": True} if value is None else {"BOOL": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [_marshal(each) for each in value]}
        case dict():
            return {"M": {name: _marshal(each) for name, each in value.items()}}
    raise BadInput(
        f"{value!r} is a {type(value).__name__}, which the table cannot hold; write it as text or int"
    )


def _unmarshal(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(content)
        case "L":
            return [_unmarshal(each) for each in content]
        case "M":
            return {name: _unmarshal(each) for name, each in content.items()}
    return content

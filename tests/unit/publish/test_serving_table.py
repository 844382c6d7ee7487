from __future__ import annotations

import threading
from dataclasses import replace

import pytest

import serving_support as support
from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.pointer import Entry
from patronage.stores.serving import ServingTable

ENTRY = Entry(
    run_id="run-1",
    shards_key="runs/run-1/publish/segments/shards.json",
    as_of="2026-01-10T11:00:00+00:00",
    created_at="2026-01-10T12:00:00+00:00",
    published_at="2026-01-10T12:00:00+00:00",
    currency="GBP",
    model={"name": "item_to_item", "version": "run-1"},
)


class Grudging:
    """A client that takes only the first item of each batch, and gives only the first key."""

    class exceptions:  # noqa: N801 - boto3's own name
        class ConditionalCheckFailedException(Exception):
            pass

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.sizes: list[int] = []

    def batch_write_item(self, *, RequestItems):  # noqa: N803
        ((name, requests),) = RequestItems.items()
        self.sizes.append(len(requests))
        self.taken.append(requests[0]["PutRequest"]["Item"]["pk"]["S"])
        return {"UnprocessedItems": {name: requests[1:]} if requests[1:] else {}}

    def batch_get_item(self, *, RequestItems):  # noqa: N803
        ((name, request),) = RequestItems.items()
        keys = request["Keys"]
        assert request["ConsistentRead"]
        rest = {name: {**request, "Keys": keys[1:]}} if keys[1:] else {}
        return {"Responses": {name: [{**keys[0], "n": {"N": "1"}}]}, "UnprocessedKeys": rest}


def test_items_are_written_in_batches_and_read_as_they_were(table):
    items = [
        {
            "pk": f"user#g#{n}",
            "packed": bytes([n]),
            "n": n,
            "name": "日本",
            "none": None,
            "on": True,
            "of": [{"a": 1}],
        }
        for n in range(60)
    ]
    table.put_all(items)
    assert table.get("user#g#59") == items[59]
    assert table.get("user#g#60") is None
    found = table.get_all([f"user#g#{n}" for n in range(120)])
    assert sorted(found) == sorted(item["pk"] for item in items)


def test_what_a_batch_leaves_undone_is_sent_again_after_growing_waits():
    waits: list[float] = []
    client = Grudging()
    table = ServingTable("t", client=client, sleep=waits.append)
    table.put_all([{"pk": str(n)} for n in range(4)])
    assert client.taken == ["0", "1", "2", "3"]
    assert client.sizes == [4, 3, 2, 1]
    assert [0 <= wait <= most for wait, most in zip(waits, [0.05, 0.1, 0.2], strict=True)] == [True] * 3
    assert sorted(table.get_all(["a", "b", "c"])) == ["a", "b", "c"]


def test_a_batch_that_never_ends_asks_to_try_again():
    table = ServingTable("t", client=Grudging(), sleep=lambda _: None)
    with pytest.raises(TryAgain, match="undone 10 times"):
        table.put_all([{"pk": str(n)} for n in range(25)])


def test_a_float_is_refused(table):
    with pytest.raises(BadInput, match=r"0\.5 is a float"):
        table.put_all([{"pk": "a", "score": 0.5}])


def test_the_pointer_is_written_by_family_and_read_back(table):
    assert table.pointer() == {}
    assert table.point("segments", ENTRY)
    second = replace(ENTRY, run_id="run-2").over(None, keep_until=None)
    assert table.point("recommendations", second)
    assert table.pointer() == {"segments": ENTRY, "recommendations": second}


def test_a_stale_version_loses(table):
    assert table.point("segments", ENTRY)
    assert not table.point("segments", replace(ENTRY, run_id="late"))  # thinks that nothing is live
    assert table.point("segments", replace(ENTRY, run_id="run-2", version=2))
    assert not table.point("segments", replace(ENTRY, run_id="late", version=2))
    assert table.pointer()["segments"].run_id == "run-2"


def test_of_many_writers_of_one_version_one_wins(client, table, monkeypatch):
    table.point("segments", ENTRY)
    # DynamoDB compares and writes at once; moto lets another thread in between.
    call, one_at_a_time = client._make_api_call, threading.Lock()

    def atomic(*arguments):
        with one_at_a_time:
            return call(*arguments)

    monkeypatch.setattr(client, "_make_api_call", atomic)
    barrier, won = threading.Barrier(8), []

    def write(n: int) -> None:
        barrier.wait()
        if table.point("segments", replace(ENTRY, run_id=f"run-{n}", version=2)):
            won.append(f"run-{n}")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [table.pointer()["segments"].run_id] == won


def test_an_end_is_set_and_taken_off_only_where_the_item_exists(table):
    table.put_all([{"pk": "a", "n": 1}, {"pk": "b", "n": 2}])
    assert table.expire(["a", "b", "gone"], at=1_800_000_000) == 2
    assert table.get("a") == {"pk": "a", "n": 1, "expires_at": 1_800_000_000}
    assert table.get("gone") is None
    assert table.keep(["a", "gone"]) == 1
    assert table.get("a") == {"pk": "a", "n": 1}


def test_an_outage_asks_to_try_again(client, table):
    outage = support.Outage(client)
    outage.is_on = True
    with pytest.raises(TryAgain, match="could not be reached"):
        table.get("a")


def test_an_error_of_dynamodb_names_its_code(client):
    with pytest.raises(TryAgain, match="ResourceNotFoundException"):
        ServingTable("no-such-table", client=client).get("a")

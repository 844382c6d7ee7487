"""Sessions in DynamoDB: nothing is lost between workers, and each change is one write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collect_support import MemoryTable
from patronage.errors import TryAgain
from patronage.logic.collect.session import Session
from patronage.logic.collect.who import SessionKey
from patronage.logic.serve.keys import OF_USER, OPEN, PROVED
from patronage.stores.sessions import Kept, Sessions, sources
from serving_support import Outage
from tests_support import NOW

OPEN_S, ANN = SessionKey(OPEN, "s"), SessionKey(OF_USER, "ann")


def view(product, event_id=""):
    return Session.of_event(event_id or product, "view", NOW, [product])


@pytest.fixture
def sessions(table):
    return Sessions(table, sleep=lambda _: None)


def add(sessions, key, *events, stitched=()):
    kept = sessions.read([key, *sources(stitched)])
    sessions.add(key, events, stitched=stitched, kept=kept, now=NOW)


def test_a_session_is_an_item_that_expires(sessions, table):
    add(sessions, OPEN_S, view("mug"))

    item = table.get("session#open#s")
    assert set(item) == {"pk", "packed", "expires_at", "version"}
    assert (item["version"], item["expires_at"]) == (1, int((NOW + timedelta(hours=48)).timestamp()))
    assert Session.unpack(item["packed"]).interest(NOW) == ("mug",)


@pytest.mark.parametrize("session_id", ["a/b", "a#b", "Zoë", "日本", "x" * 256, "é" * 512, "ann@example.com"])
def test_any_id_has_a_session_of_its_own(sessions, session_id):
    add(sessions, SessionKey(OPEN, session_id), view("mug"))

    for kind in (OPEN, PROVED, OF_USER):
        key = SessionKey(kind, session_id)
        assert sessions.read([key])[key].session.interest(NOW) == (("mug",) if kind == OPEN else ())


def test_a_batch_is_one_read_and_one_write_a_session(sessions, client):
    outage = Outage(client)

    add(sessions, OPEN_S, *(view(str(n)) for n in range(30)))
    assert outage.calls == ["BatchGetItem", "PutItem"]
    add(sessions, OPEN_S, *(view(str(n)) for n in range(30)))
    assert outage.calls[2:] == ["BatchGetItem"]


def test_two_workers_lose_nothing(sessions):
    read_by_both = sessions.read([OPEN_S])
    sessions.add(OPEN_S, [view("a")], kept=dict(read_by_both), now=NOW)
    sessions.add(OPEN_S, [view("b")], kept=dict(read_by_both), now=NOW)

    kept = sessions.read([OPEN_S])[OPEN_S]
    assert (kept.session.interest(NOW), kept.version) == (("a", "b"), 2)


def test_a_stitched_session_that_grows_meanwhile_is_read_again():
    table = MemoryTable()
    sessions = Sessions(table, sleep=lambda _: None)
    add(sessions, OPEN_S, view("a"))
    kept = sessions.read([ANN, *sources(["s"])])
    table.before_put = [lambda: add(Sessions(table), OPEN_S, view("b"))]

    sessions.add(ANN, [view("c")], stitched=["s"], kept=kept, now=NOW)

    after = sessions.read([ANN, OPEN_S])
    assert after[ANN].session.interest(NOW) == ("a", "b", "c")
    assert after[OPEN_S].session.visits == ()


def test_without_an_end_of_conflicts_the_caller_tries_again():
    table = MemoryTable()
    waits = []
    sessions = Sessions(table, sleep=waits.append)
    number = iter(range(1000))
    table.before_put = [
        lambda: table.items.update(
            {OPEN_S.item_key: {"packed": Session().pack(), "version": next(number) + 5}}
        )
    ] * 100

    with pytest.raises(TryAgain, match="post the events again"):
        sessions.add(OPEN_S, [view("a")], kept={OPEN_S: Kept()}, now=NOW)
    assert 0 < len(waits) < 20
    assert max(waits) <= 0.2


def test_an_outage_is_told_as_try_again(sessions, client):
    outage = Outage(client)
    outage.is_on = True

    with pytest.raises(TryAgain):
        sessions.read([OPEN_S])
    with pytest.raises(TryAgain):
        sessions.add(OPEN_S, [view("a")], kept={OPEN_S: Kept()}, now=NOW)


def test_nothing_is_read_for_nobody(sessions, client):
    outage = Outage(client)

    assert sessions.read([]) == {}
    assert outage.calls == []


def test_an_item_is_replaced_only_upon_the_version_that_was_read(table):
    assert table.put_if({"pk": "a", "version": 1, "text": "first"}, version=0)
    assert not table.put_if({"pk": "a", "version": 1, "text": "late"}, version=0)
    assert not table.put_if({"pk": "a", "version": 6, "text": "late"}, version=5)
    assert table.put_if({"pk": "a", "version": 2, "text": "second"}, version=1)
    assert table.get("a") == {"pk": "a", "version": 2, "text": "second"}

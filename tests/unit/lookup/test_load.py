"""The load's own instruments: a mixed answer is found and counted, and waiting is not hidden."""

from __future__ import annotations

import copy
import itertools
import threading
import time
from dataclasses import replace

import pytest

from benchmarks import load
from benchmarks.load_clients import Got, OpenLoop, Sent
from benchmarks.load_judge import Judge, PinnedTable, Verdict, pinned_readers
from benchmarks.load_requests import HEALTH, batch, listed, recommended
from benchmarks.load_scene import Marks, Seen
from benchmarks.load_walks import Page, Walk, Walker
from lookup_support import ENTRY, MemoryReader, letters, shelf_of
from patronage.cloud import Answer
from patronage.logic.serve.catalogue import pack_pages
from patronage.logic.serve.keys import POINTER, item_key
from patronage.logic.serve.packing import Candidate, pack
from tests_support import NOW

ANN = recommended("own list", {"user_id": "ann"})
BOTH = batch(["ann", "bob"])
BESIDE = listed("similar", "a")
OLD, NEW = "old", "new"


def reader(generation: str, own: str, similar: str) -> MemoryReader:
    shelf = shelf_of(letters("abcdef"), popular="abcdef")
    made = MemoryReader(shelf._replace(entry=replace(ENTRY, run_id=generation)))
    made.give("ann", own)
    made.give("bob", own[::-1])
    made.beside("a", similar)
    return made


@pytest.fixture
def judge() -> Judge:
    return Judge({OLD: [reader(OLD, "abc", "bcd")], NEW: [reader(NEW, "def", "fed")]})


def answered(asked, body, *, status: int = 200, problem: str = "") -> Sent:
    return Sent(asked, 0.0, 0.0, 0.1, status, body, problem)


def of(generation: str, asked):
    own, similar = {OLD: ("abc", "bcd"), NEW: ("def", "fed")}[generation]
    return asked.answer(reader(generation, own, similar), NOW)


@pytest.mark.parametrize("asked", [ANN, BOTH, BESIDE])
@pytest.mark.parametrize("generation", [OLD, NEW])
def test_a_whole_answer_of_either_generation_passes(judge, asked, generation):
    assert judge.verdict(answered(asked, of(generation, asked))) == Verdict(generation=generation)


def one_product_of_the_other(asked):
    body = copy.deepcopy(of(OLD, asked))
    body["items"][1] = of(NEW, asked)["items"][1]
    return body


def the_items_of_the_other(asked):
    return {**of(OLD, asked), "items": of(NEW, asked)["items"]}


def the_id_of_the_other(asked):
    return {**of(OLD, asked), "recommendation_id": of(NEW, asked)["recommendation_id"]}


def one_score_of_the_other(asked):
    body = copy.deepcopy(of(OLD, asked))
    body["items"][0]["score"] /= 2
    return body


MIXES = [one_product_of_the_other, the_items_of_the_other, the_id_of_the_other, one_score_of_the_other]


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("asked", [ANN, BESIDE])
def test_a_mixed_answer_is_found(judge, asked, mix):
    assert judge.verdict(answered(asked, mix(asked))).mixed


def test_a_batch_of_two_generations_is_found_though_each_part_is_whole(judge):
    old, new = (of(generation, BOTH)["answers"] for generation in (OLD, NEW))
    verdict = judge.verdict(answered(BOTH, {"k": 10, "answers": [old[0], new[1]]}))
    assert verdict.mixed == "it names ['new', 'old']"


def test_an_answer_of_a_generation_that_never_was_is_found(judge):
    third = ANN.answer(reader("third", "abc", "bcd"), NOW)
    assert judge.verdict(answered(ANN, third)).mixed == "it names third"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": 429}, "status 429"),
        ({"status": 503}, "status 503"),
        ({"status": 0, "problem": "TimeoutError", "body": None}, "TimeoutError"),
        ({"body": of(OLD, ANN) | {"items": []}}, "empty"),
        ({"body": "not an answer"}, "empty"),
        ({"body": of(OLD, ANN) | {"degraded": True}}, "degraded"),
    ],
)
def test_what_is_no_good_answer_fails(judge, changes, why):
    sent = replace(answered(ANN, of(OLD, ANN)), **changes)
    assert judge.verdict(sent) == Verdict(failed=why)


def test_a_request_that_both_answer_alike_tells_nothing_apart():
    same = Judge({OLD: [reader(OLD, "abc", "bcd")], NEW: [reader(NEW, "abc", "fed")]})
    assert not same.tells_apart(ANN)
    assert same.tells_apart(BESIDE)


def test_a_pinned_reader_answers_from_its_own_generation_whatever_is_live(table):
    pointers = []
    for version, (generation, popular) in enumerate([(OLD, "abc"), (NEW, "cba")], start=1):
        entry = replace(ENTRY, run_id=generation, version=version)
        table.put_all(served(generation, popular))
        assert table.point("recommendations", entry)
        assert version > 1 or table.point("segments", replace(ENTRY, run_id="segments"))
        pointers.append(table.pointer())
    readers = pinned_readers(table, pointers)
    nobody = recommended("nobody", {"country": "France"})
    first = {
        generation: nobody.answer(each, NOW)["items"][0]["product_id"]
        for generation, (each,) in readers.items()
    }
    assert first == {OLD: "a", NEW: "c"}
    pinned = PinnedTable(table, pointers[0]).get_all([POINTER, item_key("popular", NEW, "all")])
    assert pinned[POINTER]["recommendations"]["run_id"] == OLD
    assert item_key("popular", NEW, "all") in pinned


def served(generation: str, popular: str) -> list[dict]:
    pages = list(pack_pages(letters("abc")))
    listed = [Candidate(each, 1 / place) for place, each in enumerate(popular, start=1)]
    return [
        {"pk": item_key("catalogue", generation, "meta"), "pages": len(pages)},
        *(
            {"pk": item_key("catalogue", generation, place), "packed": page}
            for place, page in enumerate(pages)
        ),
        {"pk": item_key("popular", generation, "all"), "packed": pack(listed)},
    ]


MEMBERS = {OLD: [("ann", 900), ("bob", 500), ("eve", 100)], NEW: [("bob", 950), ("ann", 900)]}


def expected(generation: str, segment_id: str):
    return MEMBERS.get(generation)


def walk(*pages: tuple[str, list], ends: bool = True) -> Walk:
    made = [
        Page(
            float(place),
            200,
            {
                "generation": generation,
                "customers": [{"customer_id": each, "net_minor": net} for each, net in customers],
                "next_cursor": None if ends and place == len(pages) else "more",
            },
        )
        for place, (generation, customers) in enumerate(pages, start=1)
    ]
    return Walk("champions", made)


@pytest.mark.parametrize(
    "whole",
    [
        walk((OLD, MEMBERS[OLD][:2]), (OLD, MEMBERS[OLD][2:])),
        walk((OLD, MEMBERS[OLD][:2]), ends=False),
        walk((NEW, MEMBERS[NEW])),
        walk(),
    ],
)
def test_a_walk_through_one_generation_passes(whole):
    assert not whole.mixed(expected)


@pytest.mark.parametrize(
    "mixed",
    [
        walk((OLD, MEMBERS[OLD][:2]), (NEW, MEMBERS[NEW][2:])),
        walk((OLD, MEMBERS[OLD][:1]), (OLD, MEMBERS[NEW][1:]), ends=False),
        walk((OLD, MEMBERS[OLD][:2])),
        walk(("third", MEMBERS[OLD])),
    ],
)
def test_a_walk_that_goes_on_elsewhere_or_stops_early_is_found(mixed):
    assert mixed.mixed(expected)


@pytest.fixture
def seen(judge, monkeypatch) -> Seen:
    """Give what was seen: in each phase a whole answer, a mixed and a failed one; a mixed walk; posts."""
    marks = Marks(before=100, during=200, after=300, end=400)
    sent = [
        replace(answered(ANN, body, status=status), due=begins + 1.0, ended=begins + 1.0 + begins / 1000)
        for begins in (0, *marks[:3])
        for body, status in ((of(OLD, ANN), 200), (one_product_of_the_other(ANN), 200), (None, 503))
    ]
    entries = {"segments": replace(ENTRY, run_id=OLD)}
    walks = [walk((OLD, MEMBERS[OLD])), walk((NEW, MEMBERS[OLD]))]
    for place, page in enumerate(walks[1].pages):
        walks[1].pages[place] = replace(page, sent=250.0)
    posts = [replace(answered(HEALTH, None, status=status), due=250.0) for status in (202, 202, 503)]
    made = Seen(None, sent, sent, posts, walks, marks, entries, entries, {})
    monkeypatch.setattr(load, "seen", lambda: made)
    monkeypatch.setattr(load, "_judge", lambda: judge)
    monkeypatch.setattr(load, "_members", expected)
    load._verdicts.cache_clear()
    yield made
    load._verdicts.cache_clear()


def test_what_is_mixed_and_what_failed_is_counted_once_all_is_warm(seen, capsys):
    assert load.load_mixed_generations().value == 3 + 1
    assert load.load_failed_lookups().value == 3
    assert load.load_failed_posts().value == 1
    assert load.load_told_apart().value == load.load_told_apart().baseline_value == 4
    assert "failed, warm-up: 1 times status 503" in capsys.readouterr().err


def test_latency_is_that_of_its_phase(seen):
    assert load.FIGURES["load_lookup_p99_ms_during"]().value == pytest.approx(200)


def test_waiting_for_the_answer_before_counts():
    """One client, 20 ms an answer, 200 requests due a second: who comes late has waited for all before."""
    answers = threading.Semaphore(0)

    def send(asked):
        time.sleep(0.02)
        answers.release()
        return Got(200, {})

    loop = OpenLoop(lambda: send, itertools.repeat(HEALTH), per_second=200, clients=1)
    loop.start()
    for _ in range(8):
        answers.acquire()
    sent = loop.stop()
    assert [round(each.due - sent[0].due, 3) for each in sent] == [n / 200 for n in range(len(sent))]
    assert all(each.ended - each.sent > 0.019 for each in sent)
    assert sent[7].seconds > 7 * 0.02 - 7 / 200


def test_a_held_cursor_goes_on_once_it_is_let():
    asked: list[str] = []
    is_first, is_second = threading.Event(), threading.Event()

    class Pages:
        def get(self, path, *, with_token):
            asked.append(path)
            (is_second if "cursor=" in path else is_first).set()
            return Answer(200, {"generation": OLD, "customers": [], "next_cursor": "more"})

    walker = Walker(Pages(), ["champions"], holds=True, seconds_a_page=0.01)
    walker.start()
    assert is_first.wait(5)
    assert not is_second.wait(0.1)
    walker.go_on()
    assert is_second.wait(5)
    (made,) = walker.stop()
    assert [page.body["generation"] for page in made.pages] == [OLD] * len(asked)

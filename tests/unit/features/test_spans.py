"""From when to when each file of a table held, as far back as the lake has it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from features_support import Line, commit_orders, hours, set_commit_time
from patronage.stores.compaction import TableFiles
from patronage.stores.spans import file_spans

EARLY, LATE = hours(-1000), hours(1000)


def line(net: int = 100) -> Line:
    return Line("o", "a", "p", 1, net, hours(0), hours(0))


def micros(moment) -> int:
    return round(moment.timestamp() * 1_000_000)


def told(lake, since) -> dict[str, tuple]:
    spans = file_spans(lake, "orders", since=since)
    return {span.key.rpartition("/")[2]: (span.known_from, span.known_until) for span in spans}


@pytest.fixture
def three(lake):
    """Give a table of three commits, the last of which corrects the first."""
    root = lake.store.root / "lake"
    first = commit_orders(root, [line()], at=hours(1))
    second = commit_orders(root, [line(200)], at=hours(2))
    third = commit_orders(root, [line(300)], at=hours(3), replaces=first)
    return first, second, third


def test_a_table_that_is_not_there_has_no_files(lake):
    assert file_spans(lake, "orders", since=EARLY) == []


def test_the_newest_version_is_enough_for_what_is_known_now(three, lake):
    _, second, third = three
    assert told(lake, LATE) == {second: (None, None), third: (None, None)}
    assert told(lake, hours(3)) == {second: (None, None), third: (None, None)}


def test_what_was_corrected_held_until_then(three, lake):
    first, second, third = three
    one, two, three_ = (micros(hours(count)) for count in (1, 2, 3))
    assert told(lake, hours(2)) == {first: (None, three_), second: (None, None), third: (three_, None)}
    assert told(lake, EARLY) == {first: (one, three_), second: (two, None), third: (three_, None)}


def test_what_was_deleted_ends_the_search(three, lake):
    """The oldest version whose files are there stands for those before it."""
    first, second, third = three
    (lake.store.root / "lake" / "orders" / first).unlink()
    assert told(lake, EARLY) == {second: (None, None), third: (None, None)}


def test_a_shortened_log_ends_the_search(three, lake):
    first, second, third = three
    TableFiles(lake.store, "orders").shorten_log()  # writes the checkpoint; the log is too young to go
    for version in (0, 1):
        (lake.store.root / "lake" / "orders" / "_delta_log" / f"{version:020}.json").unlink()
    three_ = micros(hours(3))
    assert told(lake, EARLY)[third] == (three_, None)
    assert told(lake, EARLY)[first] == (None, three_)
    assert told(lake, EARLY)[second] == (None, None)


def test_a_clock_that_went_back_puts_no_version_before_its_predecessor(three, lake):
    first, _, third = three
    set_commit_time(lake.store.root / "lake" / "orders", 1, hours(5))
    spans = told(lake, EARLY)
    assert spans[third] == (micros(hours(3)), None)
    assert spans[first] == (micros(hours(1)), micros(hours(3)))


def test_a_compaction_changes_no_rows_and_is_one_more_version(three, lake):
    first, second, third = three
    TableFiles(lake.store, "orders").compact(target_bytes=1 << 30)
    set_commit_time(lake.store.root / "lake" / "orders", 3, hours(4))
    spans = told(lake, hours(2) - timedelta(minutes=1))
    compacted = (spans.keys() - {first, second, third}).pop()
    assert spans[compacted] == (micros(hours(4)), None)
    assert spans[second] == (micros(hours(2)), micros(hours(4)))
    assert spans[third] == (micros(hours(3)), micros(hours(4)))

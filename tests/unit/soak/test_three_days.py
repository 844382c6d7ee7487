"""Three days of a simulated shop, what must hold each evening, and whether a breach of it is seen."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from patronage.stores.objects import write_json
from soak import _invariants as invariants
from soak._invariants import Evening
from soak._plan import START, THREE_DAYS
from soak.simulation import Simulated, simulated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak._month import Month

LAST = START + timedelta(days=THREE_DAYS.days - 1)


@pytest.fixture(scope="module")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """Go through the three days; each evening of them is checked."""
    with simulated(tmp_path_factory.mktemp("soak"), THREE_DAYS, seed=3) as gone_through:
        yield gone_through


def test_all_of_it_happened(three_days):
    fates = three_days.fates()
    assert fates["kept"] > 1000
    assert fates["refused"] == 8  # four bad rows, and once more in the copy of their file
    assert fates["repeated"] > 0
    assert fates["superseded"] > 0
    states = [report["state"] for report in three_days.reports()]
    assert (states.count("unreadable"), states.count("done")) == (1, len(states) - 1)
    assert fates["erased_customers_again"] > 0
    assert three_days.count_of("erasure") == 1
    assert three_days.holds_after_rollback() == ["recommendations"]
    assert all(units > 0 for units in three_days.units_by_arm().values())


@pytest.fixture(scope="module")
def evening(three_days: Simulated) -> Evening:
    """Give the last evening, of which all holds."""
    last = Evening(LAST, three_days.month.cloud.items())
    for holds in invariants.EVERY:
        holds(three_days.month, last)
    return last


@contextmanager
def a_line_less(month: Month, evening: Evening) -> Iterator[None]:
    name = next(iter(month.books.held))
    held = {key: value for key, value in month.books.held.items() if key != name}
    with mock.patch.object(month.books, "held", held):
        yield


@contextmanager
def a_penny_more(month: Month, evening: Evening) -> Iterator[None]:
    run_id = month.cloud.table.pointer()["segments"].run_id
    nets = month.seen.figures[run_id].net_by_customer
    who = next(iter(nets))
    with mock.patch.dict(nets, {who: nets[who] + 1}):
        yield


@contextmanager
def an_order_on_another_day(month: Month, evening: Evening) -> Iterator[None]:
    run_id = month.cloud.table.pointer()["segments"].run_id
    with mock.patch.dict(month.seen.figures[run_id].by_day[LAST - timedelta(days=1)], orders=1):
        yield


@contextmanager
def an_event_less(month: Month, evening: Evening) -> Iterator[None]:
    events = dict(list(month.books.events.items())[1:])
    with mock.patch.object(month.books, "events", events):
        yield


@contextmanager
def an_item_less(month: Month, evening: Evening) -> Iterator[None]:
    generation = month.cloud.table.pointer()["recommendations"].run_id
    item = next(each for each in evening.items if each["pk"]["S"].startswith(f"user#{generation}#"))
    evening.items.remove(item)
    yield
    evening.items.append(item)


@contextmanager
def an_item_of_no_generation(month: Month, evening: Evening) -> Iterator[None]:
    evening.items.append({"pk": {"S": "user#half-written#somebody"}})
    yield
    evening.items.pop()


@contextmanager
def a_report_more(month: Month, evening: Evening) -> Iterator[None]:
    write_json(month.cloud.store, "lake/reports/ingest/of-nothing.json", {})
    yield
    month.cloud.store.delete("lake/reports/ingest/of-nothing.json")


@contextmanager
def a_row_without_a_fate(month: Month, evening: Evening) -> Iterator[None]:
    report, fates = month.uploads.reports[0]
    with mock.patch.object(month.uploads, "reports", [(report | {"kept": report["kept"] - 1}, fates)]):
        yield


@contextmanager
def somebody_erased_who_is_there(month: Month, evening: Evening) -> Iterator[None]:
    who = next(iter(month.books.figures(month.cloud.clock.now).net_by_customer))
    with mock.patch.object(month, "erased", [who]):
        yield


@contextmanager
def two_arms(month: Month, evening: Evening) -> Iterator[None]:
    (key, arms), *_ = month.visits.arms.items()
    with mock.patch.dict(month.visits.arms, {key: arms | {"another"}}):
        yield


@contextmanager
def a_visitor_more(month: Month, evening: Evening) -> Iterator[None]:
    run_id = month.cloud.table.pointer()["monitoring"].run_id
    counts = month.seen.trials[run_id]["personal"]
    with mock.patch.dict(counts, units=counts["units"] + 1):
        yield


@contextmanager
def an_empty_answer(month: Month, evening: Evening) -> Iterator[None]:
    answers: list[dict[str, Any]] = [month.visits.answers[0] | {"items": [], "experiment": None}]
    with mock.patch.object(month.visits, "answers", answers):
        yield


@contextmanager
def a_run_that_goes_on(month: Month, evening: Evening) -> Iterator[None]:
    month.machines.start("training", "one-that-hangs")
    yield
    month.cloud.states.executions.popitem()


@pytest.mark.parametrize(
    ("broken", "holds"),
    [
        (a_report_more, invariants.reports_add_up),
        (a_row_without_a_fate, invariants.reports_add_up),
        (a_line_less, invariants.lake_is_the_books),
        (an_event_less, invariants.events_are_what_was_posted),
        (a_penny_more, invariants.segments_are_the_books),
        (an_order_on_another_day, invariants.sales_are_the_books),
        (an_item_less, invariants.generations_are_whole),
        (an_item_of_no_generation, invariants.generations_are_whole),
        (an_empty_answer, invariants.answers_are_good),
        (two_arms, invariants.arms_are_stable),
        (a_visitor_more, invariants.experiment_is_what_was_counted),
        (somebody_erased_who_is_there, invariants.nobody_erased_is_left),
        (a_run_that_goes_on, invariants.nothing_is_locked),
    ],
)
def test_a_breach_is_seen(three_days, evening, broken, holds):
    with broken(three_days.month, evening), pytest.raises(AssertionError):
        holds(three_days.month, evening)


def test_each_invariant_is_checked_and_can_fail():
    (marks,) = test_a_breach_is_seen.pytestmark
    assert {holds for _, holds in marks.args[1]} == set(invariants.EVERY)

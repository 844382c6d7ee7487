"""Funnels and paths of visits in whole months of the shop, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from analytics_support import MemoryTable
from journey_shop_support import EVENTS, Run, published

from journey_support import moves_in
from patronage.errors import BadField, NotFound
from patronage.steps import analytics
from tests_support import NOW

VISITED = (
    "1,view,a,s1,p1,2025-06-30T22:59:00Z,mail\n"  # in London 23:59 of 30 June
    "2,cart_add,a,s1,p1,2025-06-30T23:01:00Z,mail\n"  # July there, of a visit that began in June
    "3,view,b,s2,p1,2025-06-30T23:00:00Z,ads\n"  # the first instant of July there, June in UTC
    "4,view,a,s3,p1,2025-07-31T22:58:00Z,ads\n"
    "5,cart_add,a,s3,p1,2025-07-31T22:59:00Z,ads\n"
    "6,purchase,a,s3,p1,2025-07-31T23:10:00Z,ads\n"
    "7,view,,s4,p1,2025-09-01T10:00:00Z,\n"
)
JUNE, JULY = (date(2025, 6, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2025, 7, 31))
AUGUST, ALL = (date(2025, 8, 1), date(2025, 8, 31)), (date(2025, 6, 1), date(2026, 1, 31))


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Run:
    return published(tmp_path_factory.mktemp("shop"), events=EVENTS + VISITED)


@pytest.mark.parametrize(
    ("start", "end", "asked", "visits"),
    [
        (None, None, {}, [4, 4, 2, 1]),
        (*JUNE, {}, [1, 1, 1, 0]),
        (*JULY, {}, [2, 2, 1, 1]),
        (*AUGUST, {}, [0, 0, 0, 0]),
        (JUNE[0], JULY[1], {}, [3, 3, 2, 1]),
        (None, JULY[1], {}, [3, 3, 2, 1]),
        (AUGUST[0], None, {}, [1, 1, 0, 0]),
        (date(2030, 1, 1), None, {}, [0, 0, 0, 0]),
        (*JULY, {"segment_id": "champions"}, [1, 1, 1, 1]),
        (*JULY, {"segment_id": "lost", "channel": "ads"}, [1, 1, 0, 0]),
        (*JUNE, {"channel": "ads"}, [0, 0, 0, 0]),
    ],
)
def test_a_funnel_is_of_the_visits_that_began_in_the_months(opened, start, end, asked, visits):
    assert opened.funnel(start=start, end=end, **asked) == visits


def test_an_answer_says_which_days_it_is_of_and_what_may_be_asked(opened):
    reader = opened.table.reader()
    found = analytics.funnel(reader, start=JULY[0], end=JULY[1], now=NOW)
    assert found["covers"] == {"start": "2025-07-01", "end": "2025-07-31"}
    assert analytics.funnel(reader, end=JULY[1], now=NOW)["covers"] == {"start": None, "end": "2025-07-31"}
    assert [each["channel_id"] for each in found["channels"]] == ["ads", "mail", "(none)"]
    assert [each["channel_id"] for each in found["sessions"]["by_channel"]] == ["ads"]
    assert opened.paths(start=JULY[0])["covers"] == {"start": "2025-07-01", "end": None}


def test_visitors_of_a_part_of_the_time_are_absent_with_a_reason(opened):
    found = analytics.funnel(opened.table.reader(), start=JULY[0], now=NOW)
    assert found["visitors"] is None
    assert found["reason"].startswith("a visitor may come in several months")
    assert found["reason_code"] == "no_visitors_of_dates"
    assert analytics.funnel(opened.table.reader(), now=NOW)["reason"] is None


def test_paths_are_of_the_visits_that_began_in_the_months(opened):
    assert moves_in(opened.paths(start=JULY[0], end=JULY[1])["graph"]) == {
        (0, "landing", "product_view"): 2,
        (1, "product_view", "cart_add"): 1,
        (1, "product_view", "exit"): 1,
        (2, "cart_add", "purchase"): 1,
        (3, "purchase", "exit"): 1,
    }
    assert moves_in(opened.paths(start=JULY[0], end=JULY[1], segment_id="lost")["graph"]) == {
        (0, "landing", "product_view"): 1,
        (1, "product_view", "exit"): 1,
    }
    nothing = opened.paths(start=AUGUST[0], end=AUGUST[1])["graph"]
    assert (nothing["journeys"], nothing["nodes"], nothing["links"]) == (0, [], [])


def test_all_months_are_the_answer_without_dates(opened):
    reader, (start, end) = opened.table.reader(), ALL
    for asked in ({}, {"segment_id": "champions"}, {"channel": "ads"}):
        dated = analytics.funnel(reader, start=start, end=end, **asked, now=NOW)
        assert dated["sessions"] == analytics.funnel(reader, **asked, now=NOW)["sessions"]
        assert opened.paths(start=start, end=end, **asked)["graph"] == opened.paths(**asked)["graph"]


@pytest.mark.parametrize("ask", [Run.funnel, Run.paths])
def test_what_cuts_a_month_is_refused(opened, ask):
    with pytest.raises(BadField, match="visits are kept by month, and start 2025-07-02 lies within") as told:
        ask(opened, start=date(2025, 7, 2))
    assert (told.value.field, told.value.rule) == ("start", "whole-months")
    with pytest.raises(BadField, match="and end 2025-07-30 lies within one; ask from the first day") as told:
        ask(opened, start=JULY[0], end=date(2025, 7, 30))
    assert told.value.field == "end"
    with pytest.raises(BadField, match="start 2025-07-01 is after end 2025-06-30; exchange the two"):
        ask(opened, start=JULY[0], end=JUNE[1])


@pytest.mark.parametrize("of", ["purchases", "categories"])
def test_what_follows_customers_over_the_whole_time_takes_no_dates(opened, of):
    for field, asked in (("start", {"start": JULY[0]}), ("end", {"end": date(2025, 7, 30)})):
        with pytest.raises(
            BadField, match=f"{field} is .* leave start and end out, or ask of=sessions"
        ) as told:
            opened.paths(of, **asked)
        assert (told.value.field, told.value.rule) == (field, "not-kept")
    assert opened.paths(of)["covers"] == {"start": None, "end": None}


def test_a_generation_without_months_says_how_to_get_them(opened):
    table = MemoryTable()
    table.items = {key: item for key, item in opened.table.items.items() if "-months#" not in key}
    older = Run(table)
    assert older.funnel(segment_id="lost") == [1, 1, 0, 0]
    assert older.paths(channel="mail")["graph"]["journeys"] == 1
    for ask, name in ((older.funnel, "funnel-months"), (older.paths, "session-months")):
        with pytest.raises(NotFound, match=f"published without {name}; it comes with the next run"):
            ask(start=JULY[0])


def test_a_shop_without_events_says_so_whatever_the_dates(tmp_path):
    opened = published(tmp_path, events="")
    found = analytics.funnel(opened.table.reader(), start=JULY[0], now=NOW)
    assert found["sessions"] is found["visitors"] is None
    assert "no event" in found["reason"]
    assert "no event" in opened.paths(start=JULY[0])["reason"]

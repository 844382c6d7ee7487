"""The customers of a segment: pages put together are the list, of one generation and one question."""

from __future__ import annotations

from decimal import Decimal

import pytest
from analytics_support import AS_OF, MemoryTable, document_items, member_items, summary_of
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadField, NotFound, TryAgain
from patronage.steps import analytics
from tests_support import NOW

PEOPLE = [("a#b", 1250), ("zoë", 1000), ("日本", 1000), ("d", 999), ("e", 0), ("f", -500)]


def shop(
    people=PEOPLE, *, a_page: int = 2, run_id: str = "run", table: MemoryTable | None = None
) -> MemoryTable:
    table = table or MemoryTable()
    profile = {"segment_id": "champions", "name": "Champions", "customers": len(people), "net_minor": 1}
    clusters = {"segment_id": "0", "name": "Few", "customers": 1, "net_minor": 5}
    table.put(
        summary_of(run_id, segments=[profile], other_methods={"kmeans": [clusters]}),
        *document_items(run_id, "clusters", {"clusters": [{"cluster_id": 0, "name": "Few"}]}),
        *member_items(run_id, "champions", people, a_page=a_page),
        *member_items(run_id, "0", [("k", 5)], a_page=2, method="kmeans"),
    )
    table.flip(run_id)
    return table


def all_pages(table: MemoryTable, **asked) -> list[tuple[str, int]]:
    found, cursor = [], None
    while True:
        answer = analytics.members(table.reader(), "champions", cursor=cursor, now=NOW, **asked)
        page = [(each["customer_id"], each["net_minor"]) for each in answer["customers"]]
        assert len(page) <= asked["limit"]
        assert page or cursor is None  # no page but the first is empty
        found += page
        cursor = answer["next_cursor"]
        if cursor is None:
            return found
        assert len(page) == asked["limit"]


def test_a_page_by_hand():
    answer = analytics.members(shop().reader(), "champions", limit=3, now=NOW)
    assert answer.pop("next_cursor")
    assert answer == {
        "method": "rfm",
        "segment_id": "champions",
        "name": "Champions",
        "is_simulated": False,
        "total": 6,
        "customers": [
            {"customer_id": "a#b", "net_minor": 1250},
            {"customer_id": "zoë", "net_minor": 1000},
            {"customer_id": "日本", "net_minor": 1000},
        ],
        "generation": "run",
        "as_of": AS_OF,
        "age_seconds": 3600,
        "currency": "GBP",
    }


AMOUNTS = st.none() | st.integers(-30, 30).map(lambda minor: Decimal(minor) / 100)


@given(
    nets=st.lists(st.integers(-20, 20), max_size=30),
    unknown=st.integers(0, 2),
    a_page=st.integers(1, 7),
    limit=st.integers(1, 12),
    low=AMOUNTS,
    high=AMOUNTS,
)
def test_pages_put_together_are_the_list(nets, unknown, a_page, limit, low, high):
    ordered = sorted(nets, reverse=True)
    people = [(f"c{number}", net) for number, net in enumerate([*ordered, *[None] * unknown])]
    if low is not None and high is not None and low > high:
        low, high = high, low
    expected = [
        (customer_id, net)
        for customer_id, net in people
        if (low is None and high is None)
        or (
            net is not None
            and (low is None or Decimal(net) / 100 >= low)
            and (high is None or Decimal(net) / 100 <= high)
        )
    ]
    table = shop(people, a_page=a_page)
    assert all_pages(table, limit=limit, min_net=low, max_net=high) == expected


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("10", "10.00", ["zoë", "日本"]),
        ("9.99", None, ["a#b", "zoë", "日本", "d"]),
        ("9.991", "12.499", ["zoë", "日本"]),  # finer than a penny, and exact
        (None, "-5", ["f"]),
        ("0", "0", ["e"]),
        ("13", None, []),
        (None, "-5.01", []),
    ],
)
def test_bounds_are_in_the_shop_s_currency_and_included(low, high, found):
    bounds = {"min_net": low and Decimal(low), "max_net": high and Decimal(high)}
    answer = analytics.members(shop().reader(), "champions", now=NOW, **bounds)
    assert [each["customer_id"] for each in answer["customers"]] == found
    assert answer["next_cursor"] is None


def test_yen_have_no_minor_unit():
    table = shop()
    table.flip("run", currency="JPY")
    answer = analytics.members(table.reader(), "champions", min_net=Decimal(1000), now=NOW)
    assert [each["net_minor"] for each in answer["customers"]] == [1250, 1000, 1000]


def test_a_bound_far_down_the_list_reads_few_of_its_pages():
    table = shop([(f"c{number:04d}", 10_000 - number) for number in range(4_096)], a_page=4)
    answer = analytics.members(table.reader(), "champions", max_net=Decimal("70"), limit=1, now=NOW)
    assert answer["customers"] == [{"customer_id": "c3000", "net_minor": 7000}]
    assert len([key for key in table.reads if key.startswith("members#")]) < 20


def test_a_cursor_goes_on_in_its_generation_until_that_is_gone():
    table = shop()
    first = analytics.members(table.reader(), "champions", limit=4, now=NOW)
    shop([("other", 1)], run_id="later", table=table)
    cursor = first["next_cursor"]

    second = analytics.members(table.reader(), "champions", limit=4, cursor=cursor, now=NOW)
    assert second["generation"] == "run"
    assert [each["customer_id"] for each in second["customers"]] == ["e", "f"]

    table.forget("run")
    with pytest.raises(BadField, match="ask again without it") as refused:
        analytics.members(table.reader(), "champions", limit=4, cursor=cursor, now=NOW)
    assert (refused.value.field, refused.value.rule) == ("cursor", "cursor-expired")
    assert analytics.members(table.reader(), "champions", now=NOW)["generation"] == "later"


def test_a_cursor_of_a_generation_that_is_going_piece_by_piece_is_expired():
    table = shop()
    cursor = analytics.members(table.reader(), "champions", limit=4, now=NOW)["next_cursor"]
    shop([("other", 1)], run_id="later", table=table)
    del table.items["members#run#rfm#champions#2"]
    with pytest.raises(BadField) as refused:
        analytics.members(table.reader(), "champions", cursor=cursor, now=NOW)
    assert refused.value.rule == "cursor-expired"


@pytest.mark.parametrize(
    "changed", [{"min_net": Decimal(1)}, {"max_net": Decimal(1)}, {"method": "kmeans", "segment_id": "0"}]
)
def test_a_cursor_is_good_for_one_question(changed):
    table = shop()
    cursor = analytics.members(table.reader(), "champions", limit=1, now=NOW)["next_cursor"]
    asked = {"segment_id": "champions", **changed}
    with pytest.raises(BadField, match="another question"):
        analytics.members(table.reader(), cursor=cursor, now=NOW, **asked)
    more = analytics.members(table.reader(), "champions", limit=5, cursor=cursor, now=NOW)
    assert len(more["customers"]) == 5  # a page may grow


def test_other_methods_have_lists_of_their_own():
    answer = analytics.members(shop().reader(), "0", method="kmeans", now=NOW)
    assert answer["customers"] == [{"customer_id": "k", "net_minor": 5}]


def test_a_segment_that_nobody_is_in_is_empty_and_one_that_there_is_not_is_unknown():
    table = shop()
    answer = analytics.members(table.reader(), "lost", now=NOW)
    assert (answer["name"], answer["total"], answer["customers"], answer["next_cursor"]) == (
        "Lost",
        0,
        [],
        None,
    )
    with pytest.raises(NotFound, match=r"no segment 'champs'; known are champions, loyal_customers"):
        analytics.members(table.reader(), "champs", now=NOW)
    with pytest.raises(NotFound, match="'1'; known are 0"):
        analytics.members(table.reader(), "1", method="kmeans", now=NOW)


@pytest.mark.parametrize(
    ("asked", "field", "rule"),
    [
        ({"limit": 0}, "limit", "range"),
        ({"limit": 1001}, "limit", "range"),
        ({"method": "magic"}, "method", "one-of"),
        ({"min_net": Decimal(2), "max_net": Decimal(1)}, "min_net", "range"),
        ({"cursor": "x"}, "cursor", "cursor"),
    ],
)
def test_what_is_wrong_is_named(asked, field, rule):
    with pytest.raises(BadField) as refused:
        analytics.members(shop().reader(), "champions", now=NOW, **asked)
    assert (refused.value.field, refused.value.rule) == (field, rule)


def test_a_live_list_that_lacks_a_page_is_not_shown_as_if_it_were_whole():
    table = shop()
    del table.items["members#run#rfm#champions#1"]
    with pytest.raises(TryAgain, match="publish it again"):
        analytics.members(table.reader(), "champions", now=NOW)

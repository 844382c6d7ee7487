"""A session is small, and the same whatever order its events come in."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.collect.session import MOST_IDS, MOST_VISITS, Session
from tests_support import NOW

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seen(event_type, *products, minutes=0, event_id=""):
    at = NOW + timedelta(minutes=minutes)
    return Session.of_event(event_id or f"{event_type} {products} {minutes}", event_type, at, products)


def interest(*events, now=NOW):
    return Session().merged(*events).interest(now)


EVENTS = st.lists(
    st.builds(
        lambda number, kind, minutes, products: (number, kind, minutes, tuple(products)),
        st.integers(0, 10**9),
        st.sampled_from(["view", "click", "cart_add", "cart_remove", "purchase", "search", "impression"]),
        st.integers(0, 400),
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200), max_size=3),
    ),
    max_size=120,
    unique_by=lambda event: event[0],
).map(lambda events: [seen(kind, *products, minutes=m, event_id=str(n)) for n, kind, m, products in events])


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(events, rng):
    at_once = Session().merged(*events)
    shuffled = rng.sample(events, len(events))

    one_by_one = Session()
    for each in shuffled:
        one_by_one = one_by_one.merged(each)
    middle = len(events) // 2
    halves = Session().merged(*shuffled[middle:]).merged(Session().merged(*shuffled[:middle]))

    assert one_by_one == at_once == halves
    assert at_once.merged(at_once, *shuffled[:3]) == at_once
    assert Session.unpack(at_once.pack()) == at_once
    assert at_once.pack() == one_by_one.pack()


def test_a_long_event_that_found_no_room_leaves_none_for_older_ones():
    """Else a small older event would stay or not, by whether it came before the long one."""
    newest = [seen("view", f"{n}" * 900, minutes=-n) for n in range(4)]
    long, small = seen("view", "L" * 900, minutes=-5), seen("view", "s", minutes=-6)

    kept = {
        Session().merged(*newest, long, small),
        Session().merged(small, *newest).merged(long),
        Session().merged(long, *newest).merged(small),
    }

    assert len(kept) == 1
    assert kept.pop().interest(NOW) == ("3" * 900, "2" * 900, "1" * 900, "0" * 900)


@pytest.mark.parametrize(
    ("first", "last", "length", "visits"),
    [("!", "~", 8, MOST_VISITS), ("!", "~", 256, 14), ("一", "鿿", 8, MOST_VISITS), ("一", "鿿", 256, 5)],
)
def test_a_full_session_fits_eight_kilobytes(first, last, length, visits):
    alphabet = [chr(code) for code in range(ord(first), ord(last) + 1)]
    rng = random.Random(7)  # noqa: S311 - texts to fill a session
    events = [
        seen("view", "".join(rng.choices(alphabet, k=length)), minutes=rng.random() * 1000, event_id=str(n))
        for n in range(400)
    ]

    full = Session().merged(*events)

    assert len(full.pack()) < 8_192
    assert len(full.ids) == MOST_IDS
    assert len(full.visits) == visits
    assert full.interest(NOW + timedelta(hours=17))[-1] == full.visits[-1].product_id


def test_a_usual_session_costs_one_write_unit():
    events = [
        seen("view", f"85{n}23A", minutes=n, event_id=f"0f8fad5b-d9cb-469f-a165-7086{n}") for n in range(20)
    ]

    assert len(Session().merged(*events).pack()) < 900


def test_interest_is_each_product_once_the_newest_last():
    events = [seen("view", "a"), seen("click", "b", minutes=1), seen("cart_add", "a", minutes=2)]

    assert interest(*events, now=NOW + timedelta(minutes=2)) == ("b", "a")


def test_what_was_taken_out_of_the_basket_is_of_no_interest():
    assert interest(seen("cart_add", "a"), seen("cart_add", "b"), seen("cart_remove", "a", minutes=1)) == (
        "b",
    )


def test_what_was_looked_at_before_stays_where_it_was_looked_at():
    events = [seen("view", "a"), seen("view", "b", minutes=1), seen("cart_add", "a", minutes=2)]

    assert interest(*events, seen("cart_remove", "a", minutes=3)) == ("a", "b")


def test_a_basket_filled_again_after_is_of_interest():
    assert interest(seen("cart_remove", "a"), seen("cart_add", "a", minutes=1)) == ("a",)


def test_of_one_instant_the_order_of_a_purchase_counts():
    assert interest(seen("cart_remove", "a"), seen("cart_add", "a")) == ()


@pytest.mark.parametrize(("hours", "expected"), [(24, ("a",)), (24.01, ())])
def test_interest_fades_after_a_day(hours, expected):
    assert interest(seen("view", "a"), now=NOW + timedelta(hours=hours)) == expected


@pytest.mark.parametrize("event_type", ["search", "impression", "purchase"])
def test_no_other_event_is_interest(event_type):
    assert interest(seen(event_type, "a")) == ()


def test_bought_is_what_the_visitor_said_to_have_bought():
    session = Session().merged(seen("purchase", "a", "b"), seen("view", "c"))

    assert session.bought() == {"a", "b"}
    assert session.interest(NOW) == ("c",)


def test_the_last_ids_are_remembered():
    events = [seen("search", minutes=n, event_id=str(n)) for n in range(MOST_IDS + 1)]
    session = Session().merged(*events)

    assert not session.knows("0")
    assert all(session.knows(str(n)) for n in range(1, MOST_IDS + 1))


def test_it_ends_two_days_after_its_last_event():
    session = Session().merged(seen("view", "a", minutes=-90), seen("search", minutes=-30))
    last = NOW - timedelta(minutes=30)

    assert session.expires_at(NOW) == (last + timedelta(hours=48) - EPOCH) // timedelta(seconds=1)
    assert Session().expires_at(NOW) == (NOW + timedelta(hours=48) - EPOCH) // timedelta(seconds=1)


def test_what_was_given_to_a_user_keeps_ids_alone():
    given_away = Session().merged(seen("view", "a", event_id="1")).given_to("ann")

    assert (given_away.visits, given_away.knows("1")) == ((), True)
    assert given_away.may_be_of("ann")
    assert not given_away.may_be_of("bob")
    assert "ann" not in str(given_away)
    assert Session.unpack(given_away.pack()) == given_away


def test_the_hot_path_may_import_it():
    heavy = {"boto3", "botocore", "duckdb", "numpy", "pydantic", "decimal"}
    program = (
        "import sys; import patronage.logic.collect.session; "
        f"sys.exit(', '.join({heavy!r} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr

"""Every form of upload, the lake, sessions and exports: after an erasure nothing of the person is found.

`tests/local_cloud/test_erasure_is_complete.py` searches a whole cloud; this is what is quick of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import serving_support
from erase_doors_support import IDS, PERSON, readable, unreadable
from erase_place_support import SEARCHER, Place, filled
from erase_support import SHOP, asked, run_states
from patronage.steps.erase.flag import flag
from patronage.steps.erase.holdings import KEPT
from searcher_support import bucket_contents
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serving_support.aws():
        made = filled(tmp_path_factory.mktemp("place"))
        made.before, made.rows_before = made.search(), made.rows()
        yield made
        made.objects.close()


@pytest.fixture(scope="module")
def receipt(place: Place) -> dict[str, Any]:
    return run_states(asked(place.stores, PERSON), place.stores)


def stores_in(found: dict[str, set[str]]) -> set[str]:
    """Return the first folders of each place where something was found, and the kinds of items."""
    keys = (place.removeprefix("s3 raw ") for place in found)
    return {re.match(r"[^/#]+(/[^/]+)?", key)[0] if " " not in key else key.split("#")[0] for key in keys}


def test_the_person_is_found_in_every_store_before(place):
    uploads = {f"s3 raw raw/{key}" for key in [*readable(), *unreadable(), "orders/twice.csv"]}
    assert uploads - {each.removesuffix(" (older)") for each in place.before} == set()
    assert {
        *("lake/orders", "lake/customers", "lake/events", "lake/ratings", "lake/quarantine", "lake/reports"),
        *("exports/customers", "raw/orders", "raw/events", KEPT, "dynamodb session"),
    } - stores_in(place.before) == set()
    assert set().union(*place.before.values()) == set(IDS) - {"later visit"}


def test_nothing_of_the_person_is_left_and_everything_of_others(place, receipt):
    assert place.search() == {KEPT: {"customer"}}
    assert SEARCHER.names_in(str(receipt).encode()) == set()
    assert receipt["holdings"]["raw"]["unreadable"] == len(unreadable())
    for name, rows in place.rows_before.items():
        others = [row for row in rows if not is_theirs(row)]
        assert sorted(place.rows()[name], key=repr) == sorted(others, key=repr), name


def is_theirs(row: tuple[Any, ...]) -> bool:
    return bool(SEARCHER.names_in("\n".join(map(str, row)).encode()))


def test_once_more_changes_nothing_and_who_comes_again_is_flagged(place, receipt):
    objects = list(bucket_contents(place.s3))
    again = run_states(asked(place.stores, PERSON, now=NOW.replace(hour=13)), place.stores)
    assert not any(again["holdings"].values())
    assert list(bucket_contents(place.s3)) == objects
    for key in ("orders/shopify.csv", "orders/book.xlsx"):
        upload, report = place.take_in(f"raw/{key}", readable()[key])
        flagged = flag(upload, report, place.lake, SHOP, secret=lambda: place.stores.secret)
        assert flagged["erased_customers_again"] == 1, key

"""Erasure is disturbed at each of its steps: in the end the person is gone, and nobody else."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from chaos_shop_support import order_rows
from chaos_support import Fault
from patronage.steps.erase.search import objects_that_mention

if TYPE_CHECKING:
    from chaos_shop_support import Shop

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

CUSTOMERS = "SELECT DISTINCT customer_id FROM {orders}"
MOST_REFUSED = 60
"""An erasure rewrites thousands of objects of the runs before; each refusal waits for a second."""
KINDS = {
    ("kill_before", 1): "killed before its write 1",
    ("kill_after", 1): "killed after its write 1",
    ("kill_before", 2): "killed before its write 2",
    ("kill_after", 2): "killed after its write 2",
    ("kill_before", 4): "killed before its write 4",
    ("kill_after", 4): "killed after its write 4",
    ("throttled", 0): "sixty writes throttled",
    ("lost_answer", 0): "sixty writes carried out, their answers lost",
}


@pytest.mark.parametrize(("kind", "nth"), KINDS)
def test_the_person_is_gone_and_nobody_else(shop: Shop, record, kind, nth):
    person = f"erased-{kind}-{nth}"
    order = order_rows("A")[0]
    shop.upload([[f"{kind}-{nth}", order[1], person, *order[3:]]], f"{kind}-{nth}-of-somebody.csv")
    everybody = set(shop.orders(CUSTOMERS))
    assert (person,) in everybody
    fault = Fault(kind, nth=nth, function="*-EraseFunction-*")
    if not nth:
        fault = Fault(kind, each_once=True, most=MOST_REFUSED, function="*-EraseFunction-*")
    with shop.faults.planned(fault):
        receipt = shop.erase(person)
    assert shop.faults.last, "the fault struck nothing"
    assert receipt["state"] == "done", receipt
    assert set(shop.orders(CUSTOMERS)) == everybody - {(person,)}
    with closing(shop.stack.lake_store()) as store:
        assert objects_that_mention(store, person) == []
    record(
        "erasure",
        KINDS[kind, nth],
        len(shop.faults.last),
        "tried again; the person is gone, nobody else; no alert",
    )

"""Upkeep: compaction and the catalogue are disturbed, and no row of the lake changes."""

from __future__ import annotations

import pytest

from chaos_shop_support import order_rows
from chaos_support import Fault

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

KINDS = {
    ("kill_before", 1): "killed before its write 1",
    ("kill_after", 1): "killed after its write 1",
    ("kill_before", 2): "killed before its write 2",
    ("kill_after", 2): "killed after its write 2",
    ("kill_before", 3): "killed before its write 3",
    ("kill_after", 3): "killed after its write 3",
    ("throttled", 0): "each call throttled once",
    ("lost_answer", 0): "each call carried out, its answer lost",
}


ROWS = "SELECT * FROM {orders} ORDER BY ALL"


@pytest.mark.parametrize(("kind", "nth"), KINDS)
def test_no_row_changes(shop, record, kind, nth):
    for part in range(2):  # so that there is something to compact
        name = f"k{kind}-{nth}-{part}"
        shop.upload([[name, *order_rows("A")[0][1:]]], f"{name}.csv")
    before = shop.orders(ROWS)
    fault = Fault(kind, nth=nth) if nth else Fault(kind, actions=("*",), each_once=True)
    status, struck = shop.upkeep(fault)
    assert status == "SUCCEEDED"
    assert struck, "the fault struck nothing"
    assert shop.orders(ROWS) == before
    record("upkeep", KINDS[kind, nth], struck, "tried again; no row changes; no alert")

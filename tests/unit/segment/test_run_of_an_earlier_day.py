"""A run may stop reading at the end of an earlier day: it tells what a lake of that day would have told."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.steps.ingest import ingest
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from patronage.steps.segment.rfm import rfm
from patronage.steps.segment.sales import totals
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
BEFORE = """1,ann,mug,1,5.00,2025-06-01 10:00:00
2,bob,bowl,2,7.50,2025-06-02 10:00:00
3,ann,bowl,1,7.50,2025-06-20 23:30:00
"""
AFTER = """4,ann,bowl,1,7.50,2025-06-21 00:30:00
5,eve,mug,3,5.00,2025-07-02 10:00:00
"""


def found(lake: Lake, shop, **given) -> dict:
    """Return what a run says of customers and money."""
    pin("run", "segments", lake, shop, now=NOW, **given)
    rfm("run", lake)
    totals("run", lake)
    told = {
        name: read_json(lake.store, f"runs/run/{name}.json") for name in ("segments/rfm", "metrics/totals")
    }
    return {**told, "as_of": Manifest.load(lake.store, "run").as_of.isoformat()}


def test_it_tells_what_a_lake_of_that_day_tells(lake, shop, ingest_text, upload_text, tmp_path):
    ingest_text(HEADER + BEFORE + AFTER)
    later = found(lake, shop, until="2025-06-20")
    earlier = Lake(FolderStore(tmp_path / "earlier"))
    ingest(upload_text(HEADER + BEFORE, version="2"), earlier, shop, now=NOW)
    assert later == found(earlier, shop)
    assert later["as_of"] == "2025-06-20T23:00:00+00:00"  # summer time in London
    assert later["metrics/totals"]["net_minor"] == 500 + 1500 + 750


def test_a_day_after_the_last_order_changes_nothing(lake, shop, ingest_text):
    ingest_text(HEADER + BEFORE)
    pin("one", "segments", lake, shop, now=NOW)
    pin("two", "segments", lake, shop, now=NOW, until="2025-12-31")
    assert Manifest.load(lake.store, "one").as_of == Manifest.load(lake.store, "two").as_of


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("20.06.2025", "as_of '20.06.2025' is no day; write it as in 2026-01-31"),
        (20250620, "as_of 20250620 is no day"),
        ("2025-05-31", "as_of 2025-05-31 is before the lake's first order, which is of 2025-06-01"),
    ],
)
def test_what_is_no_day_of_the_lake_is_told(lake, shop, ingest_text, until, told):
    ingest_text(HEADER + BEFORE)
    with pytest.raises(BadInput, match=told.replace("(", r"\(")):
        pin("run", "segments", lake, shop, now=NOW, until=until)

"""What the products of a customer's timeline are called, as the live recommendations know them."""

from __future__ import annotations

from analytics_support import MemoryTable
from journey_shop_support import EVENTS, published

from patronage.logic.serve.catalogue import Product, pack_pages
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.packing import Candidate, pack
from patronage.steps import analytics
from tests_support import NOW

SEEN = (
    "1,impression,a,s1,p1,2026-01-01T10:00:00Z,recommendation:home\n"
    "2,impression,a,s1,p9,2026-01-01T10:00:00Z,recommendation:home\n"  # no product of the catalogue
    "3,click,a,s1,p1,2026-01-02T10:00:00Z,recommendation:home\n"
)


def with_recommendations(table: MemoryTable) -> MemoryTable:
    """Publish a generation of recommendations that knows two products."""
    pages = list(pack_pages([Product("p1", "Cup", 1000, 3), Product("p2", "Bed", 1000, 1)]))
    table.put(
        {"pk": item_key("catalogue", "trained", "meta"), "pages": len(pages), "products": 2},
        {"pk": item_key("popular", "trained", "all"), "packed": pack([Candidate("p1", 1.0)])},
        *(
            {"pk": item_key("catalogue", "trained", number), "packed": page}
            for number, page in enumerate(pages)
        ),
    )
    table.flip("trained", "recommendations")
    return table


def test_products_of_a_page_are_named_where_they_are_known(tmp_path):
    table = published(tmp_path, events=EVENTS + SEEN).table
    unnamed = analytics.journey(table.reader(), "a", now=NOW)
    assert [event["product_id"] for event in unnamed["events"]][:3] == ["p1", None, "p9"]
    assert unnamed["names"] == {}  # no recommendations are live
    reader = with_recommendations(table).reader()
    assert analytics.journey(reader, "a", now=NOW)["names"] == {"p1": "Cup"}
    assert analytics.journey(reader, "a", limit=1, now=NOW)["names"] == {"p1": "Cup"}
    assert analytics.journey(reader, "b", now=NOW)["names"] == {}


def test_a_page_without_products_does_not_read_the_catalogue(tmp_path):
    table = with_recommendations(published(tmp_path, events=EVENTS + SEEN).table)
    analytics.journey(table.reader(), "b", now=NOW)
    assert not any(key.startswith("catalogue#") for key in table.reads)

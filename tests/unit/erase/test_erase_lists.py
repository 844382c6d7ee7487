"""Lists of segments' customers, after erasures and beside segments that were assigned."""

from __future__ import annotations

from decimal import Decimal

import pytest
from analytics_support import MemoryTable, document_items, member_items, summary_of

from patronage.logic.serve.documents import pack_document
from patronage.steps import analytics
from tests_support import NOW

PEOPLE = [("a", 600), ("b", 500), ("c", 400), ("d", 300), ("e", 200), ("f", 100)]
HIGHS = [None, 700, 500, 450, 400, 250, 100, 0]


@pytest.mark.parametrize("emptied", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("high", HIGHS)
def test_pages_that_an_erasure_emptied_are_passed_over(emptied, high):
    table = MemoryTable()
    profile = {"segment_id": "champions", "name": "Champions", "customers": 6, "net_minor": 1}
    pages = member_items("run", "champions", PEOPLE, a_page=2)
    for number in emptied:
        pages[number] |= {"packed": pack_document([])[0]}
    table.put(summary_of("run", segments=[profile]), *document_items("run", "rfm", {}), *pages)
    table.flip("run")
    most = None if high is None else Decimal(high) / 100
    found = analytics.members(table.reader(), "champions", limit=10, max_net=most, now=NOW)
    assert [each["customer_id"] for each in found["customers"]] == [
        name
        for place, (name, net) in enumerate(PEOPLE)
        if place // 2 not in emptied and (high is None or net <= high)
    ]

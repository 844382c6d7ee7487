"""A cancellation or refund without its sale is reported, and only that."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from patronage.steps.ingest import ingest
from tests_support import NOW, adds_up, some

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at,kind,refers_to\n"
SALE = "S1,ada,tea,3,10,2026-01-02T10:00:00Z,sale,\n"


@pytest.fixture
def unmatched(ingest_text):
    """Ingest rows as one more upload; return what its report says of unmatched returns."""
    count = 0

    def run(*rows: str) -> dict | None:
        nonlocal count
        count += 1
        report = ingest_text(
            HEADER + "".join(rows),
            key=f"raw/orders/{count}.csv",
            modified=NOW + timedelta(minutes=count),
        )
        assert adds_up(report)
        assert report["refused"] == 0
        return report.get("unmatched_returns")

    return run


def returned(
    order="R1", customer="ada", product="tea", at="2026-01-03T10:00:00Z", refers_to="", kind="refund"
):
    return f"{order},{customer},{product},-1,10,{at},{kind},{refers_to}\n"


def test_it_is_counted_with_its_money_and_its_orders(unmatched):
    found = unmatched(
        SALE,
        returned("R1", refers_to="R0"),
        returned("R2", "bob", kind="cancellation"),
        returned("R2", "bob", "jam", kind="cancellation"),
        returned("R3", refers_to="S1"),
    )
    assert found == {"of_lines": 4, "lines": 3, "net_minor": -3000, "orders": ["R1", "R2"]}


OF_THE_SALE = {
    "refers to it": returned(refers_to="S1"),
    "a guest refers to it": returned(customer="", product="jam", refers_to="S1"),
    "is the customer's earlier one of the product": returned(),
    "is the customer's at the same moment": returned(at="2026-01-02T10:00:00Z"),
    "is cancelled": returned(kind="cancellation"),
}
PLACES = ("in the file", "after it in the file", "in the lake")


@pytest.mark.parametrize("found", some(product(OF_THE_SALE, PLACES), every=2), ids=", sale ".join)
def test_a_sale_is_found(unmatched, found):
    line, sale_is = OF_THE_SALE[found[0]], found[1]
    if sale_is == "in the lake":
        unmatched(SALE)
        found = unmatched(line)
    else:
        found = unmatched(*((SALE, line) if sale_is == "in the file" else (line, SALE)))
    assert found == {"of_lines": 1, "lines": 0, "net_minor": 0, "orders": []}


def test_a_fee_that_comes_back_is_found_by_its_code(unmatched):
    fee = "S1,ada,POST,1,5,2026-01-02T10:00:00Z,fee,\n"
    assert unmatched(fee, returned(product="POST"))["lines"] == 0
    assert unmatched("S2,bob,POST,-1,5,2026-01-02,fee,\n", returned("R2", "bob", "POST"))["lines"] == 1


def test_a_sale_of_the_same_order_is_found(unmatched):
    assert unmatched(SALE, returned("S1", customer="", product="jam"))["lines"] == 0


OF_NO_SALE = {
    "refers to another order": returned(refers_to="S2"),
    "a guest's without an order": returned(customer=""),
    "another customer": returned(customer="bob"),
    "another product": returned(product="jam"),
    "before the sale": returned(at="2026-01-02T09:59:59Z"),
}


@pytest.mark.parametrize("name", OF_NO_SALE)
@pytest.mark.parametrize("is_in_lake", some([False, True], every=2))
def test_another_sale_is_not_taken_for_it(unmatched, name, is_in_lake):
    if is_in_lake:
        unmatched(SALE)
    line = OF_NO_SALE[name]
    found = unmatched(line) if is_in_lake else unmatched(SALE, line)
    assert found == {"of_lines": 1, "lines": 1, "net_minor": -1000, "orders": ["R1"]}


def test_a_file_without_returns_says_nothing_and_reads_nothing(unmatched, lake, monkeypatch):
    unmatched(SALE)
    monkeypatch.setattr(type(lake.snapshot("orders")), "staged", lambda *_: pytest.fail("a file was read"))
    assert unmatched("S2,ada,tea,3,10,2026-01-02,sale,\n") is None


def test_only_files_that_can_hold_the_sale_are_read(unmatched, lake, monkeypatch):
    for name in "abc":
        unmatched(f"{name}1,{name}da,tea,1,10,2026-01-02,sale,\n{name}2,{name}eb,tea,1,10,2026-01-02,sale,\n")
    snapshot = type(lake.snapshot("orders"))
    read, staged = [], snapshot.staged
    monkeypatch.setattr(
        snapshot, "staged", lambda self, file: (read.append((file.low, file.high)), staged(self, file))[1]
    )
    assert unmatched(returned("R1", "bdb", refers_to="a1"), returned("R2", "ceb"))["lines"] == 0
    assert set(read) == {("a1", "a2"), ("c1", "c2")}


def test_the_later_upload_of_the_sale_makes_it_whole(unmatched):
    assert unmatched(returned())["lines"] == 1
    unmatched(SALE)
    assert unmatched(returned("R2"))["lines"] == 0


def test_a_sale_that_the_upload_itself_takes_out_is_none(unmatched):
    unmatched(SALE, "S9,bob,jam,1,1,2026-01-02,sale,\n")
    found = unmatched(returned("S1"))
    assert found == {"of_lines": 1, "lines": 1, "net_minor": -1000, "orders": ["S1"]}


def test_a_sale_beside_what_the_upload_takes_out_is_still_found(unmatched):
    unmatched(SALE, "S9,bob,jam,1,1,2026-01-02,sale,\n")
    assert unmatched("S9,bob,jam,2,1,2026-01-02,sale,\n", returned(refers_to="S1"))["lines"] == 0
    assert unmatched("S9,bob,jam,3,1,2026-01-02,sale,\n", returned("R2"))["lines"] == 0


def test_a_hundred_orders_are_named(unmatched):
    found = unmatched(*(returned(f"R{number:03}", refers_to="gone") for number in range(150)))
    assert (found["lines"], found["net_minor"]) == (150, -150_000)
    assert found["orders"] == [f"R{number:03}" for number in range(100)]


def test_a_large_share_breaks_a_rule(lake, shop, upload_text):
    rows = [SALE, *(returned(f"R{number}", refers_to="S1") for number in range(12))]
    rows += [returned(f"Q{number}", refers_to="gone") for number in range(8)]
    report = ingest(upload_text(HEADER + "".join(rows)), lake, shop, now=NOW)
    measured = report["quality"]["measured"]
    assert (measured["returned_rows"], measured["unmatched_share"]) == (20, 0.4)
    (breach,) = [each for each in report["quality"]["breaches"] if each["rule"] == "returns-without-sale"]
    assert breach["severity"] == "warning"
    assert "40.0% of the cancellations and refunds have no sale" in breach["says"]


def test_few_returns_break_none(lake, shop, upload_text):
    report = ingest(upload_text(HEADER + SALE + returned(refers_to="gone")), lake, shop, now=NOW)
    assert "returns-without-sale" not in [each["rule"] for each in report["quality"]["breaches"]]

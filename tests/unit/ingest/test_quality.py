from __future__ import annotations

import json
from datetime import timedelta

import pytest

from patronage.logic.ingest.quality import Measurement, Trailing, compared, judge
from patronage.logic.ingest.quality_rules import parse_rules
from patronage.logic.parts import Part
from patronage.steps.ingest import ingest
from patronage.steps.ingest import quality as step
from patronage.steps.pin import pin
from patronage.steps.quality_index import open_breaches, quality_key, remember, remembered
from patronage.stores.objects import read_json, write_json
from tests_support import NOW, adds_up

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at"


def orders(count: int = 200, *, first: int = 0, **cells: str) -> str:
    """Write an export of orders; a cell may have a place for the number, or for its last two digits."""
    usual = {
        "customer_id": "c{n}",
        "product_id": "p1",
        "quantity": "2",
        "unit_price": "5",
        "ordered_at": "2026-01-09",
    }
    lines = [
        ",".join([f"o{n}", *(text.format(n=n, m=n % 100) for text in {**usual, **cells}.values())])
        for n in range(first, first + count)
    ]
    return "\n".join([HEADER, *lines, ""])


def broken(report: dict) -> list[str]:
    assert adds_up(report)
    return [each["rule"] for each in report["quality"]["breaches"]]


@pytest.fixture
def one_more(ingest_text):
    """Ingest exports one after the other, each of orders of its own."""
    count = 0

    def run(rows: int = 200, *, key: str | None = None, **cells: str) -> dict:
        nonlocal count
        count += 1
        content = orders(rows, first=count * 10_000, **cells)
        return ingest_text(content, key=key or f"raw/orders/{count}.csv")

    return run


def test_a_usual_export_breaks_nothing(ingest_text):
    report = ingest_text(orders())
    assert broken(report) == []
    assert report["quality"]["measured_at"] == NOW.isoformat()


def test_what_is_measured(ingest_text):
    report = ingest_text(orders(4, customer_id="", quantity="{n}.5") + "o9,c,p,many,1,2026-01-09\n")
    measured = report["quality"]["measured"]
    assert (measured["read"], measured["rows"], measured["refused_share"]) == (5, 4, 0.2)
    assert measured["null_share"] == {
        "order_id": 0,
        "customer_id": 1,
        "product_id": 0,
        "quantity": 0,
        "unit_price": 0,
        "ordered_at": 0,
    }
    assert (measured["low"]["quantity"], measured["high"]["quantity"]) == (0.5, 3.5)
    assert measured["low"]["net_minor"] == 250
    assert measured["newest"] == measured["high"]["ordered_at"] == "2026-01-09T00:00:00+00:00"
    assert measured["age_days"] == 1.5
    assert measured["distinct_share"] == {"order_id": 1, "product_id": 0.25}
    assert measured["sampled_rows"] == sum(measured["bins"]["quantity"].values()) == 4
    assert "unknown_product_share" not in measured, "there is no table of products"
    assert "rows_ratio" not in measured, "there is nothing to compare with"


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"customer_id": ""}, "orders-without-customer"),
        ({"ordered_at": "2025-12-01"}, "old-orders"),
        ({"quantity": "100001"}, "huge-quantity"),
    ],
)
def test_an_odd_export_breaks_a_rule(ingest_text, cells, rule):
    assert broken(ingest_text(orders(**cells))) == [rule]


def test_a_file_without_a_column_breaks_the_rule_of_that_column(ingest_text):
    lines = "".join(f"p{n},Cup\n" for n in range(200))
    report = ingest_text("product_id,title\n" + lines, key="raw/products/a.csv")
    assert broken(report) == ["products-without-price"]
    assert report["quality"]["breaches"][0]["value"] == 1


def test_a_share_of_few_rows_is_not_judged(ingest_text):
    assert broken(ingest_text(orders(99, customer_id=""))) == []
    assert broken(ingest_text(orders(100, first=1000, customer_id=""), key="raw/orders/b.csv")) != []


def test_many_refused_rows_break_a_rule_and_so_does_a_file_refused_whole(ingest_text):
    some = ingest_text(orders(180) + orders(20, first=500, quantity="x").partition("\n")[2])
    assert broken(some) == ["refused-rows"]
    (breach,) = some["quality"]["breaches"]
    assert "10.0% of the records were refused" in breach["says"]
    assert (breach["measure"], breach["value"], breach["limit"]) == ("refused_share", 0.1, 0.05)
    whole = ingest_text(orders(200, quantity="x"), key="raw/orders/b.csv")
    assert whole["kept"] == 0
    assert broken(whole) == ["refused-rows"]


def test_repeated_rows_break_a_rule(ingest_text):
    rows = "\n".join(f"p{n},Cup,5" for n in range(100))
    report = ingest_text(f"product_id,title,price\n{rows}\n{rows}\n{rows}\n", key="raw/products/a.csv")
    assert broken(report) == ["repeated-rows"]
    assert report["quality"]["measured"]["repeated_share"] == pytest.approx(2 / 3, abs=1e-5)


def test_sales_of_products_that_the_lake_lacks_break_a_rule(ingest_text):
    ingest_text("product_id,title,price\np1,Cup,5\n", key="raw/products/a.csv")
    known = ingest_text(orders())
    assert known["quality"]["measured"]["unknown_product_share"] == 0
    half = orders(100, first=1000) + orders(100, first=2000, product_id="q{n}").partition("\n")[2]
    report = ingest_text(half, key="raw/orders/b.csv")
    assert broken(report) == ["orders-of-unknown-products"]
    assert report["quality"]["measured"]["unknown_product_share"] == 0.5


def test_refunds_of_unknown_products_do_not_count_as_sales_of_them(ingest_text):
    ingest_text("product_id,title,price\np1,Cup,5\n", key="raw/products/a.csv")
    refunds = orders(100, first=1000, product_id="q{n}", quantity="-1").partition("\n")[2]
    report = ingest_text(orders(100) + refunds)
    assert report["quality"]["measured"]["unknown_product_share"] == 0


@pytest.mark.parametrize(("rows", "ratio"), [(1000, 5), (40, 0.2)])
def test_many_more_or_fewer_rows_than_the_uploads_before_break_a_rule(one_more, rows, ratio):
    assert [broken(one_more()) for _ in range(3)] == [[], [], []]
    report = one_more(rows)
    assert broken(report) == ["row-count"]
    assert report["quality"]["measured"]["rows_ratio"] == ratio
    assert broken(one_more()) == []


def test_two_uploads_before_are_too_few_to_compare_with(one_more):
    one_more()
    one_more()
    assert broken(one_more(1000)) == []


def test_prices_in_pence_instead_of_pounds_break_a_rule(one_more):
    for _ in range(3):
        assert broken(one_more(500, unit_price="{m}.99")) == []
    assert broken(one_more(500, unit_price="{m}.49")) == []
    report = one_more(500, unit_price="{m}99")
    assert broken(report) == ["changed-prices"]
    assert report["quality"]["measured"]["change"]["quantity"] == 0


def test_the_same_upload_again_is_compared_with_the_others_alone(lake, shop, upload_text, one_more):
    for _ in range(3):
        one_more()
    upload = upload_text(orders(200, first=90_000), key="raw/orders/again.csv")
    ingest(upload, lake, shop, now=NOW)
    before = remembered(lake.store, "orders")
    ingest(upload, lake, shop, now=NOW)
    assert remembered(lake.store, "orders") == before
    assert len({each["object"] for each in before}) == len(before) == 4


def test_the_same_content_under_another_name_is_not_measured_twice(ingest_text, lake):
    ingest_text(orders())
    again = ingest_text(orders(), key="raw/orders/b.csv")
    assert "quality" not in again
    assert len(remembered(lake.store, "orders")) == 1


def test_the_lake_changes_a_rule(ingest_text, lake):
    lake.store.write_bytes("settings/quality.toml", b'[[rules]]\nname = "old-orders"\nabove = 1\n')
    assert broken(ingest_text(orders())) == ["old-orders"]


def test_faulty_rules_stop_no_upload_but_are_told_until_they_are_mended(ingest_text, lake):
    lake.store.write_bytes("settings/quality.toml", b"trailing = 3")
    report = ingest_text(orders(customer_id=""))
    assert report["kept"] == 200
    assert broken(report) == ["quality-settings", "orders-without-customer"]
    assert "until it is mended, the shipped rules judge" in report["quality"]["breaches"][0]["says"]
    assert report["quality"]["breaches"][0]["severity"] == "alarm"
    lake.store.write_bytes("settings/quality.toml", b"")
    ingest_text(orders(first=1000), key="raw/orders/b.csv")
    assert open_breaches(lake.store, "orders") == []


def test_measurements_hold_no_id_and_no_text_of_a_row(ingest_text, lake):
    person = "jane.doe@example.com"
    report = ingest_text(orders(customer_id=person, product_id=person))
    customers = f"customer_id,city,postal_code,created_at\n{person},Janestown,{person},2026-01-02\n"
    other = ingest_text(customers, key="raw/customers/a.csv")
    kept = [read_json(lake.store, quality_key(table)) for table in ("orders", "customers")]
    told = json.dumps([report["quality"], other["quality"], kept]).lower()
    assert "jane" not in told
    assert "o1" not in told
    assert other["quality"]["measured"]["low"]["created_at"].startswith("2026-01-02")


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("raw/events/a.csv", "event_id,event_type,product_id,occurred_at\ne1,view,p1,2026-01-09\n"),
        ("raw/ratings/a.csv", "customer_id,product_id,rating,rated_at\nc,p1,5,2026-01-09\n"),
        ("raw/calendar/a.csv", "day,name,kind\n2026-01-01,New Year,holiday\n"),
    ],
)
def test_every_table_is_measured(ingest_text, key, content):
    report = ingest_text(content, key=key)
    assert broken(report) == []
    assert report["quality"]["measured"]["sampled_rows"] == 1
    assert report["quality"]["measured"]["age_days"] > 0


def test_rows_are_read_of_a_bounded_sample_of_parts_over_the_whole_file(lake, shop, monkeypatch, upload_text):
    monkeypatch.setattr(step, "SAMPLE_ROWS", 50)
    monkeypatch.setattr("patronage.steps.ingest.source.CHUNK_BYTES", 3 << 10)
    report = ingest(upload_text(orders(2000, quantity="{n}.5")), lake, shop, now=NOW)
    measured = report["quality"]["measured"]
    assert measured["rows"] == 2000
    assert 50 <= measured["sampled_rows"] <= 50 + step.SAMPLE_PARTS
    assert measured["high"]["quantity"] == 1999.5, "ranges are of all rows"
    greatest_bin = max(map(int, measured["bins"]["quantity"]))
    assert greatest_bin >= 64 + 20, "the sample reaches the later parts, above a thousand"


def test_uploads_without_a_row_are_nothing_to_compare_with():
    measurement = Measurement(read=100, rows=100)
    empty = [Trailing(rows=0)] * 5
    assert compared(measurement, [*empty, *[Trailing(rows=50)] * 3], parse_rules()).rows_ratio == 2
    assert compared(measurement, empty, parse_rules()).rows_ratio is None


def test_only_the_newest_uploads_are_compared_with():
    measurement = Measurement(read=100, rows=100)
    trailing = [*[Trailing(rows=10)] * 20, *[Trailing(rows=100)] * 10]
    assert compared(measurement, trailing, parse_rules()).rows_ratio == 1


def test_a_distribution_of_few_rows_before_is_not_compared_with():
    measurement = Measurement(read=500, rows=500, bins={"quantity": {"80": 500}})
    few = [Trailing(rows=100, bins={"quantity": {"64": 100}})] * 3
    assert compared(measurement, few, parse_rules()).change == {}
    enough = [Trailing(rows=200, bins={"quantity": {"64": 200}})] * 3
    assert compared(measurement, enough, parse_rules()).change["quantity"] > 1


def test_a_rule_of_all_columns_names_each_that_breaks_it():
    text = '[[rules]]\nname = "full"\ntable = "orders"\ncolumn = "*"\nmeasure = "null_share"\nabove = 0.5\n'
    shares = {"country": 0.9, "channel": 0.6, "order_id": 0.0}
    breaches, judged = judge(Measurement(read=100, rows=100, null_share=shares), "orders", parse_rules(text))
    assert [(each.rule, each.column) for each in breaches] == [("full", "channel"), ("full", "country")]
    assert "full" in judged


def test_alarms_come_before_warnings():
    measurement = Measurement(read=100, rows=100, age_days=70.0, refused_share=0.1)
    breaches, _ = judge(measurement, "orders", parse_rules())
    assert [each.severity for each in breaches] == ["alarm", "warning"]


def test_what_no_column_tells_is_not_judged():
    _, judged = judge(Measurement(read=100, rows=100), "orders", parse_rules())
    assert judged == []


def test_a_breach_is_open_until_an_upload_keeps_its_rule(one_more, lake):
    one_more(customer_id="")
    one_more(20)
    (still,) = open_breaches(lake.store, "orders")
    assert still["rule"] == "orders-without-customer", "twenty rows could not be judged"
    one_more()
    assert open_breaches(lake.store, "orders") == []


def test_a_run_states_what_is_amiss_with_its_orders(ingest_text, lake, shop):
    report = ingest_text(orders(customer_id=""))
    pin("run", "segments", lake, shop, now=NOW + timedelta(hours=1))
    (said,) = read_json(lake.store, "runs/run/manifest.json")["quality"]
    assert (said["rule"], said["object"]) == ("orders-without-customer", report["object"])
    assert "customer_id is missing in 100.0% of the rows" in said["says"]


def test_so_many_uploads_are_remembered_and_no_more(lake):
    for number in range(40):
        quality = {"measured_at": "", "measured": {"rows": number}, "breaches": [], "judged": []}
        remember(lake.store, {"object": str(number), "table": "orders", "quality": quality})
    assert [each["rows"] for each in remembered(lake.store, "orders")] == list(range(10, 40))


def test_an_unreadable_upload_is_not_remembered(ingest_text, lake):
    assert ingest_text("nothing,of,a,shop\n1,2,3,4\n")["state"] == "unreadable"
    assert not lake.store.exists(quality_key("orders"))


def test_a_worker_that_died_before_it_remembered_leaves_the_upload_to_its_retry(lake, shop, upload_text):
    upload = upload_text(orders())
    ingest(upload, lake, shop, now=NOW)
    before = remembered(lake.store, "orders")
    write_json(lake.store, quality_key("orders"), {"uploads": []})
    (lake.store.root / f"lake/reports/ingest/{upload.object_id}.json").unlink()
    ingest(upload, lake, shop, now=NOW + timedelta(hours=1))
    assert remembered(lake.store, "orders") == before


def test_a_range_is_of_all_parts_and_of_no_column_of_texts(tmp_path):
    def part(low: str, high: str) -> Part:
        columns = {name: {"min": low, "max": high} for name in ("quantity", "customer_id")}
        return Part(path=tmp_path, rows=1, size=1, columns=columns)

    from patronage.logic.tables import TABLES

    low, high = step._ranges([part("9.0000", "10.0000"), part("-11.5000", "2.0000")], TABLES["orders"])
    assert (low, high) == ({"quantity": -11.5}, {"quantity": 10.0})

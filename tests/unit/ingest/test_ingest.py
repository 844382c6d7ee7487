from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.logic.upload_keys import report_key
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from tests_support import NOW, adds_up, examples, some

if TYPE_CHECKING:
    from patronage.stores.lake import Lake

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
WITH_LINES = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at,updated_at\n"


def rows_of(lake: Lake, columns: str = "order_id, product_id, quantity, net_minor, kind") -> list[tuple]:
    if lake.snapshot("orders").version < 0:
        return []
    files = [str(path) for path in lake.snapshot("orders").files()]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall()


def quarantine_of(lake: Lake, report: dict) -> list[dict]:
    content = lake.store.read_bytes(f"lake/quarantine/{report['object']}.jsonl").decode()
    return [json.loads(line) for line in content.splitlines()]


def test_a_line_becomes_net_money_in_minor_units(ingest_text, lake):
    report = ingest_text(HEADER + "o1,c1,p1,3,1.335,2026-01-02T10:00:00Z\n")
    assert report["state"] == "done"
    assert rows_of(lake, "order_id, line, customer_id, net_minor, kind") == [("o1", "1", "c1", 400, "sale")]
    assert report["net_minor"] == 400
    assert report["net_before_rounding"] == "4.0050"


def test_money_is_rounded_half_even(ingest_text, lake):
    minors = {"0.125": 12, "0.135": 14, "2.675": 268, "0.005": 0, "0.015": 2}
    rows = [f"{price} {pieces},c1,p1,{pieces},{price},2026-01-02\n" for price in minors for pieces in (1, -1)]
    ingest_text(HEADER + "".join(rows))
    assert dict(rows_of(lake, "order_id, net_minor")) == {
        f"{price} {pieces}": pieces * minor for price, minor in minors.items() for pieces in (1, -1)
    }


def test_a_discount_is_taken_off_a_sale_and_off_its_refund(ingest_text, lake):
    ingest_text(
        "order_id,customer_id,product_id,quantity,unit_price,discount,ordered_at\n"
        "o1,c1,p1,1,10,2,2026-01-02\no2,c1,p1,-1,10,2,2026-01-03\n"
    )
    assert [row[3] for row in rows_of(lake)] == [800, -800]


def test_naive_times_are_in_the_shops_zone_and_stored_in_utc(ingest_text, lake):
    ingest_text(HEADER + "o1,c1,p1,1,1,2025-07-01 00:30:00\no2,c1,p1,1,1,2025-07-01T00:30:00Z\n")
    stored = rows_of(lake, "strftime(ordered_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M')")
    assert stored == [("2025-06-30 23:30",), ("2025-07-01 00:30",)]


def test_ids_pass_byte_for_byte(ingest_text, lake):
    ids = ["007", "1e5", "NULL", "a/b", "Zoë", "日本", "x" * 256, " padded "]
    ingest_text(HEADER + "".join(f"{id_},{id_},{id_},1,1,2026-01-02\n" for id_ in ids))
    assert rows_of(lake, "order_id, customer_id, product_id") == sorted((id_,) * 3 for id_ in ids)


def test_each_broken_rule_is_refused_with_line_column_and_raw_text(ingest_text, lake, shop):
    bad = {
        ",c,p,1,1,2026-01-02": "order-id-missing",
        "o,c,,1,1,2026-01-02": "product-id-missing",
        "o,c,p,,1,2026-01-02": "quantity-missing",
        "o,c,p,two,1,2026-01-02": "quantity-not-a-number",
        "o,c,p,0,1,2026-01-02": "quantity-zero",
        "o,c,p,1,,2026-01-02": "unit-price-missing",
        "o,c,p,1,free,2026-01-02": "unit-price-not-a-number",
        "o,c,p,1,-1,2026-01-02": "unit-price-negative",
        "o,c,p,1,1,": "ordered-at-missing",
        "o,c,p,1,1,yesterday": "ordered-at-not-a-time",
        "o,c,p,1,1,2026-01-12": "ordered-at-in-the-future",
        "o,c,p,-1,0,2026-01-02": "stock-movement",
        "o,c,p,1": "wrong-column-count",
        "o,c,p,1,1,2026-01-02,x,y": "wrong-column-count",
    }
    good = [f"good{n},c,p,1,1,2026-01-02" for n in range(100)]
    lines = [*good[:50], *bad, *good[50:]]
    report = ingest_text(HEADER + "\n".join(lines) + "\n")
    assert (report["read"], report["kept"], report["refused"]) == (114, 100, 14)
    found = [(row["line"], row["rule"]) for row in quarantine_of(lake, report)]
    assert found == [(52 + n, rule) for n, rule in enumerate(bad.values())]
    first = quarantine_of(lake, report)[3]
    assert (first["column"], first["object"]) == ("quantity", "raw/orders/a.csv")
    assert "two" in first["raw"]
    assert set(report["rules"]) == set(report["refused_by_rule"])


def test_too_many_refused_rows_refuse_the_file_whole(ingest_text, lake):
    report = ingest_text(HEADER + "o1,c,p,1,1,2026-01-02\no2,c,p,x,1,2026-01-02\n")
    assert (report["read"], report["kept"], report["refused"]) == (2, 0, 2)
    assert report["refused_by_rule"] == {"file-refused": 1, "quantity-not-a-number": 1}
    assert rows_of(lake) == []
    assert len(quarantine_of(lake, report)) == 2


def test_identical_lines_are_kept_and_counted_unless_the_shop_drops_them(upload_text, lake, tmp_path):
    text = HEADER + "o1,c,p,1,1,2026-01-02\no1,c,p,1,1,2026-01-02\no2,c,p,1,1,2026-01-02\n"
    kept = ingest(upload_text(text), lake, Shop(), now=NOW)
    assert (kept["kept"], kept["repeated"], kept["identical_lines_kept"]) == (3, 0, 1)
    dropping = Shop(drop_repeated_lines=True)
    changed = upload_text(text.replace("2026-01-02", "2026-01-03"), version="2")
    dropped = ingest(changed, lake, dropping, now=NOW)
    assert (dropped["kept"], dropped["repeated"], dropped["replaced"]) == (2, 1, 3)


def test_the_same_content_under_another_name_changes_nothing(ingest_text, lake):
    text = HEADER + "o1,c,p,1,1,2026-01-02\n"
    ingest_text(text)
    before = rows_of(lake), lake.snapshot("orders").version
    again = ingest_text(text, key="raw/orders/copy.csv")
    assert (again["kept"], again["repeated"]) == (0, 1)
    assert (rows_of(lake), lake.snapshot("orders").version) == before


def test_a_repeated_event_returns_the_first_report(ingest_text):
    text = HEADER + "o1,c,p,1,1,2026-01-02\n"
    assert ingest_text(text) == ingest_text(text)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_newest_object_supplies_all_lines_of_an_order(ingest_text, lake, newest_first):
    old = {"content": HEADER + "o1,c,p1,1,1,2026-01-02\no1,c,p2,1,1,2026-01-02\no2,c,p,1,1,2026-01-02\n"}
    new = {
        "content": HEADER + "o1,c,p1,5,1,2026-01-02\n",
        "key": "raw/orders/b.csv",
        "modified": NOW + timedelta(hours=1),
    }
    reports = [ingest_text(**upload) for upload in ((new, old) if newest_first else (old, new))]
    assert [row[:3] for row in rows_of(lake)] == [("o1", "p1", 5), ("o2", "p", 1)]
    if newest_first:
        assert (reports[1]["kept"], reports[1]["superseded"]) == (1, 2)
    else:
        assert (reports[1]["kept"], reports[1]["replaced"]) == (1, 2)
        assert reports[1]["orders_that_lost_lines"] == ["o1"]
    assert all(map(adds_up, reports))


def test_with_line_ids_the_newest_row_of_each_line_is_kept(ingest_text, lake):
    ingest_text(WITH_LINES + "o1,A,c,p1,1,1,2026-01-02,2026-01-05\no1,B,c,p2,1,1,2026-01-02,2026-01-05\n")
    report = ingest_text(
        WITH_LINES
        + "o1,A,c,p1,7,1,2026-01-02,2026-01-06\n"  # newer than the lake's
        + "o1,A,c,p1,8,1,2026-01-02,2026-01-05\n"  # superseded inside the file
        + "o1,B,c,p2,9,1,2026-01-02,2026-01-04\n"  # older than the lake's
        + "o1,C,c,p3,1,1,2026-01-02,2026-01-04\n"  # new
        + "o1,C,c,p3,1,1,2026-01-02,2026-01-04\n",  # the same again
        version="2",
    )
    assert [row[1:3] for row in rows_of(lake)] == [("p1", 7), ("p2", 1), ("p3", 1)]
    counted = {name: report[name] for name in ("read", "kept", "superseded", "repeated", "replaced")}
    assert counted == {"read": 5, "kept": 2, "superseded": 2, "repeated": 1, "replaced": 1}


def test_concurrent_uploads_do_not_lose_each_other(lake, shop, upload_text):
    uploads = [
        upload_text(
            HEADER + f"shared,c,p{n},1,1,2026-01-02\nown{n},c,p,1,1,2026-01-02\n",
            key=f"raw/orders/{n}.csv",
            modified=NOW + timedelta(minutes=n),
        )
        for n in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda upload: ingest(upload, lake, shop, now=NOW), uploads))
    assert [row[:2] for row in rows_of(lake)] == [*((f"own{n}", "p") for n in range(6)), ("shared", "p5")]
    assert all(map(adds_up, reports))


@pytest.mark.parametrize("kind", ["new", "superseding"])
def test_a_worker_that_died_after_its_commit_finishes_on_retry(lake, shop, upload_text, ingest_text, kind):
    if kind == "superseding":
        ingest_text(HEADER + "o1,c,p,9,1,2026-01-02\n", key="earlier", modified=NOW - timedelta(days=1))
    upload = upload_text(HEADER + "o1,c,p,1,1,2026-01-02\n")
    whole = ingest(upload, lake, shop, now=NOW)
    (lake.store.root / report_key(upload.object_id)).unlink()
    assert ingest(upload, lake, shop, now=NOW) == whole
    assert len(rows_of(lake)) == 1


def test_the_same_event_twice_at_once_gives_one_report(lake, shop, upload_text):
    upload = upload_text(HEADER + "o1,c,p,1,1,2026-01-02\n")
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: ingest(upload, lake, shop, now=NOW), range(4)))
    assert all(report == reports[0] for report in reports)
    assert (reports[0]["kept"], len(rows_of(lake))) == (1, 1)


def test_a_file_that_was_refused_whole_is_ingested_once_the_cause_is_mended(lake, upload_text):
    text = (
        "order_id,customer_id,product_id,quantity,unit_price,currency,ordered_at\no1,c,p,1,1,GBP,2026-01-02\n"
    )
    refused = ingest(upload_text(text), lake, Shop(currency="EUR"), now=NOW)
    assert refused["refused_by_rule"] == {"currency-without-a-rate": 1}
    mended = ingest(upload_text(text, version="2"), lake, Shop(currency="GBP"), now=NOW)
    assert (mended["kept"], len(rows_of(lake))) == (1, 1)


@pytest.mark.parametrize("name", some(["a.csv", "b.csv", "c.csv", "d.csv"], every=4))
def test_the_same_file_under_other_rules_is_ingested_again_each_time(lake, upload_text, name):
    text = HEADER + "o1,c,p,1,1,2026-01-02\no1,c,p,1,1,2026-01-02\n"
    keeping, dropping = Shop(), Shop(drop_repeated_lines=True)
    for shop, version, lines in ((keeping, "1", 2), (dropping, "2", 1), (keeping, "1", 2), (keeping, "1", 2)):
        report = ingest(upload_text(text, key=name, version=version), lake, shop, now=NOW)
        assert (report["kept"], len(rows_of(lake))) == (lines, lines)


def test_a_setting_that_touches_no_row_ingests_nothing_again(lake, upload_text):
    text = HEADER + "o1,c,p,1,1,2026-01-02\n"
    ingest(upload_text(text), lake, Shop(), now=NOW)
    again = ingest(upload_text(text, version="2"), lake, Shop(keep_generation_days=30), now=NOW)
    assert (again["kept"], again["repeated"]) == (0, 1)


@pytest.mark.slow
def test_many_refused_rows_are_numbered_in_one_pass(ingest_text, lake):
    rows = ["o,c,p,x,1,2026-01-02", 'o,c,"p\nq",x,1,2026-01-02', "o,c"] * 20_000
    report = ingest_text(HEADER + "\n".join(rows) + "\n")
    lines = [row["line"] for row in quarantine_of(lake, report)]
    assert lines[:6] == [2, 3, 5, 6, 7, 9]
    assert lines[-1] == 1 + 20_000 * 4


def test_an_open_quote_refuses_the_file_instead_of_losing_the_rows_after_it(ingest_text, lake):
    good = [f"o{n},c,p,1,1,2026-01-02" for n in range(60_000)]
    good[30_000] = 'o30000,c,"p,1,1,2026-01-02'
    report = ingest_text(HEADER + "\n".join(good) + "\n")
    assert report["state"] == "unreadable"
    assert "line 30002 opens a quote" in report["problem"]
    assert rows_of(lake) == []


def test_a_stray_quote_refuses_its_own_row_alone(ingest_text, lake):
    rows = [f"o{n},c,p,1,1,2026-01-02\n" for n in range(20)]
    report = ingest_text(HEADER + rows[0] + 'o1,c,"24" lamp",1,1,2026-01-02\n' + "".join(rows[2:]))
    assert (report["kept"], report["refused_by_rule"]) == (19, {"quotes-unbalanced": 1})


def test_lines_are_counted_through_unsplittable_rows_and_line_breaks_in_cells(ingest_text, lake):
    bad, good = "o,c,p,x,1,2026-01-02\n", "o{},c,p,1,1,2026-01-02\n"
    text = HEADER + "short,row\n" + bad + 'o1,c,"p\n1",1,1,2026-01-02\n' + bad + "short,row\n" + bad
    report = ingest_text(text + "".join(good.format(n) for n in range(2, 40)))
    assert [row["line"] for row in quarantine_of(lake, report)] == [2, 3, 6, 7, 8]


def test_rows_of_parquet_are_counted_from_one(ingest_text, lake, tmp_path):
    path = tmp_path / "orders.parquet"
    duckdb.sql(
        "SELECT 'o' || range AS order_id, 'c' AS customer_id, 'p' AS product_id, "
        "IF(range = 3, 'x', '1') AS quantity, "
        "1.5 AS unit_price, DATE '2026-01-02' AS ordered_at FROM range(10)"
    ).write_parquet(str(path))
    report = ingest_text(path.read_bytes())
    assert [row["line"] for row in quarantine_of(lake, report)] == [4]


def test_an_extreme_value_refuses_its_row_alone(ingest_text, lake):
    bad = {
        "99999999999999,99999999999999,2026-01-02": "amount-too-large",
        "1,1,-infinity": "ordered-at-not-a-time",
        "1,1,infinity": "ordered-at-not-a-time",
        "1,1,0044-03-15 (BC)": "ordered-at-not-a-time",
    }
    good = "".join(f"o{n},c,p,1,1,2026-01-02\n" for n in range(36))
    report = ingest_text(HEADER + good + "".join(f"bad,c,p,{cells}\n" for cells in bad))
    assert report["kept"] == 36
    found = [(row["line"], row["rule"]) for row in quarantine_of(lake, report)]
    assert found == [(38 + n, rule) for n, rule in enumerate(bad.values())]


def test_columns_that_contradict_each_other_are_refused(ingest_text, lake):
    bad = {
        "2,5,2026-01-02,refund,,": "kind-and-quantity-disagree",
        "2,5,2026-01-02,cancellation,,": "kind-and-quantity-disagree",
        "-2,5,2026-01-02,sale,,": "kind-and-quantity-disagree",
        "2,5,2026-01-02,gift,,": "kind-unknown",
        "1,5,2026-01-02,sale,50,": "discount-above-amount",
        "1,5,2026-01-02,sale,-1,": "discount-negative",
        "1,5,2026-01-02,sale,lots,": "discount-not-a-number",
        "1,5,2026-01-02,sale,,yesterday": "updated-at-not-a-time",
        "1,5,2026-01-02,sale,,9999-01-01": "updated-at-not-a-time",
        "1,5,2026-01-02,sale,,2026-03-01": "updated-at-in-the-future",
    }
    good = [f"o{n},c,p,1,5,2026-01-02,sale,," for n in range(90)]
    lines = [*good, *(f"bad,c,p,{cells}" for cells in bad)]
    report = ingest_text(HEADER.strip() + ",kind,discount,updated_at\n" + "\n".join(lines) + "\n")
    assert report["kept"] == 90
    found = [(row["line"], row["rule"]) for row in quarantine_of(lake, report)]
    assert found == [(92 + n, rule) for n, rule in enumerate(bad.values())]


def test_of_a_line_that_comes_back_to_an_earlier_state_the_last_row_is_kept(ingest_text, lake):
    text = WITH_LINES + "".join(f"o1,A,c,p,{n},1,2026-01-02,\n" for n in (1, 2, 1))
    report = ingest_text(text)
    assert [row[2] for row in rows_of(lake)] == [1]
    assert (report["kept"], report["repeated"], report["superseded"]) == (1, 1, 1)


def test_columns_of_equal_or_reserved_names_are_told_apart(ingest_text, lake):
    report = ingest_text("record,Record,,," + HEADER + "1,2,3,4,o1,c,p,1,1,2026-01-02\n")
    assert (report["kept"], rows_of(lake)[0][0]) == (1, "o1")


def test_gzip_parquet_and_other_delimiters_are_recognised_by_content(ingest_text, tmp_path):
    text = HEADER + "o1,c1,p1,1,1.5,2026-01-02\n"
    parquet = tmp_path / "orders.parquet"
    duckdb.sql(
        "SELECT 'o3' order_id, 7 customer_id, 'p' product_id, 1 quantity, 1.5 unit_price, "
        "TIMESTAMP '2026-01-02 10:00:00' ordered_at"
    ).write_parquet(str(parquet))
    zipped = ingest_text(gzip.compress(text.encode()), key="z", version="1")
    semicolons = ingest_text(text.replace(",", ";").replace("o1", "o2"), key="s", version="1")
    columns = ingest_text(parquet.read_bytes(), key="p", version="1")
    assert zipped["detected"]["compression"] == "gzip"
    assert semicolons["detected"]["delimiter"] == ";"
    assert columns["detected"]["format"] == "parquet"
    assert [report["kept"] for report in (zipped, semicolons, columns)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no dialect fits"),
        (b"PK\x03\x04\0\0\0\0", "zip file is damaged"),
        (b"PAR1 cut off", "Parquet file ends too soon"),
        (b"\x1f\x8b\x08\0damaged", "gzip file ends too soon"),
        (b"order_id,product_id\rquantity\r", "no dialect fits"),
        (b"\norder_id,product_id\n", "no dialect fits"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"column," * 10_000, "header has 10,001 cells"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(ingest_text, lake, content, says):
    report = ingest_text(content)
    assert report["state"] == "unreadable"
    assert says in report["problem"]
    assert lake.store.exists(report_key(report["object"]))


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_below_a_header_ends_with_a_report_that_adds_up(ingest_text, body):
    report = ingest_text(HEADER + body, key=body, version="x")
    assert report["state"] == "unreadable" or adds_up(report)

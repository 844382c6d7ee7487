"""A file gives the same lake in one chunk and in many, and the lake changes by whole files."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.logic.ingest.places import Place, places
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from patronage.steps.ingest import source as source_module
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, adds_up, examples, some

HEADER = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at,updated_at\n"
PLAIN = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def rows_of(lake, columns="order_id, line, product_id, quantity"):
    files = [str(lake.snapshot("orders").staged(file)) for file in lake.snapshot("orders").contents()]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall() if files else []


def untidy_lines(seed: int, *, with_line_ids: bool) -> str:
    """Write rows of which some repeat, some supersede and some are refused, in a random order."""
    rng = random.Random(seed)  # noqa: S311  a test's data
    rows = []
    for _ in range(400):
        order, line, price = rng.randrange(60), rng.randrange(3), rng.choice(["1.25", "2", "free", "-1"])
        price = price if rng.random() < 0.05 else "1.25"
        updated = rng.choice(["", "2026-01-03", "2026-01-04T10:00:00Z"])
        cells = [f"o{order:03}", f"c{order % 7}", f"p{line}", str(rng.randrange(1, 3)), price, "2026-01-02"]
        if with_line_ids:
            cells = [cells[0], str(line), *cells[1:], updated]
        rows.append(",".join(cells))
    return (HEADER if with_line_ids else PLAIN) + "\n".join(rows) + "\n"


@pytest.mark.parametrize("with_line_ids", [True, False])
@pytest.mark.parametrize("drops", [True, False])
@pytest.mark.parametrize("seed", some(range(3), every=3))
def test_many_chunks_give_what_one_gives(tmp_path, upload_text, monkeypatch, with_line_ids, drops, seed):
    upload = upload_text(untidy_lines(seed, with_line_ids=with_line_ids))
    shop = Shop(drop_repeated_lines=drops)
    found = {}
    for size in (1 << 20, 1_500):
        monkeypatch.setattr(source_module, "CHUNK_BYTES", size)
        lake = Lake(FolderStore(tmp_path / str(size)))
        report = ingest(upload, lake, shop, now=NOW)
        assert adds_up(report)
        columns = "order_id, customer_id, product_id, quantity, net_minor"
        columns += ", line" if with_line_ids else ""
        counts = {name: report[name] for name in ("read", "kept", "refused", "net_minor", "kept_by_kind")}
        counts["not_kept"] = report["repeated"] + report["superseded"]
        copies = report["identical_lines_kept"], report["net_before_rounding"], report["orders"]
        quarantine = lake.store.read_bytes(f"lake/quarantine/{report['object']}.jsonl")
        found[size] = rows_of(lake, columns), counts, copies, quarantine
    assert found[1_500] == found[1 << 20]
    assert len(lake.snapshot("orders").contents()) > 5


def test_only_files_that_lose_rows_are_written_anew(lake, upload_text, monkeypatch):
    monkeypatch.setattr(source_module, "CHUNK_BYTES", 2_000)
    lines = [f"o{n:04},c,p,1,1,2026-01-02\n" for n in range(1_000)]
    ingest(upload_text(PLAIN + "".join(lines)), lake, Shop(), now=NOW)
    before = {file.path for file in lake.snapshot("orders").contents()}
    newer = upload_text(PLAIN + "o0500,c,q,5,1,2026-01-02\n", version="2", modified=NOW + timedelta(hours=1))
    report = ingest(newer, lake, Shop(), now=NOW)
    after = {file.path for file in lake.snapshot("orders").contents()}
    assert (report["replaced"], len(rows_of(lake))) == (1, 1_000)
    assert (len(before - after), len(after - before)) == (1, 2)


def test_an_order_that_goes_back_to_an_earlier_state_is_what_came_last(ingest_text, lake):
    first, second = (PLAIN + f"o1,c,p,{quantity},1,2026-01-02\n" for quantity in (1, 2))
    for hours, content in enumerate((first, second, first)):
        report = ingest_text(content, version=str(hours), modified=NOW + timedelta(hours=hours))
    assert (report["kept"], [row[3] for row in rows_of(lake)]) == (1, [1])
    repeated = ingest_text(second, version="1", modified=NOW + timedelta(hours=1))
    assert (repeated["kept"], [row[3] for row in rows_of(lake)]) == (
        1,
        [1],
    )  # its own report, nothing changed


@pytest.mark.parametrize("are_split", [True, False])
def test_split_orders_unite_parts_of_an_order_over_files(lake, shop, upload_text, are_split):
    sidecar = f"split_orders = {str(are_split).lower()}"
    for name in "ab":
        upload = upload_text(PLAIN + f"o1,c,{name},1,1,2026-01-02\n", key=f"raw/orders/{name}.csv")
        ingest(_with_sidecar(upload, sidecar), lake, shop, now=NOW)
    assert [row[2] for row in rows_of(lake)] == (["a", "b"] if are_split else ["b"])
    again = upload_text(
        PLAIN + "o1,c,a2,1,1,2026-01-02\n",
        key="raw/orders/a.csv",
        modified=NOW + timedelta(hours=1),
        version="2",
    )
    ingest(_with_sidecar(again, sidecar), lake, shop, now=NOW)
    assert [row[2] for row in rows_of(lake)] == (["a2", "b"] if are_split else ["a2"])


def _with_sidecar(upload, text):
    return type(upload)(**{**vars(upload), "sidecar": text})


def test_settings_and_own_dialects_of_the_lake_are_used(ingest_text, lake):
    lake.store.write_bytes(
        "settings/dialects/till.toml",
        b'name = "till"\ntable = "orders"\n[columns]\norder_id = "Bon"\nproduct_id = "Art"\n'
        b'quantity = "Menge"\nunit_price = "Preis"\nordered_at = "Datum"\n',
    )
    lake.store.write_bytes(
        "settings/ingest.toml", b'[[files]]\nmatch = "raw/orders/till-*"\ndelimiter = ";"\n'
    )
    report = ingest_text("Bon;Art;Menge;Preis;Datum\n7;x;1;2,50;31.01.2025\n", key="raw/orders/till-1.csv")
    assert (report["detected"]["dialect"], report["net_minor"]) == ("till", 250)
    assert report["detected"]["times"] == {"ordered_at": "day/month/year"}


def test_foreign_money_is_converted_by_the_shops_rates_and_refused_without(upload_text, lake):
    text = (
        "order_id,customer_id,product_id,quantity,unit_price,currency,ordered_at\n"
        "o1,c,p,2,10.05,USD,2026-01-02\no2,c,p,1,1,GBP,2026-01-02\no3,c,p,1,1,SEK,2026-01-02\n"
    )
    shop = Shop(currency="GBP", rates={"USD": "0.79"}, max_refused_share=0.5)
    report = ingest(upload_text(text), lake, shop, now=NOW)
    assert rows_of(lake, "order_id, net_minor, unit_price, currency") == [
        ("o1", 1588, Decimal("10.0500"), "USD"),
        ("o2", 100, Decimal("1.0000"), "GBP"),
    ]
    assert report["refused_by_rule"] == {"currency-without-a-rate": 1}


@pytest.mark.parametrize(
    ("rules", "minor"),
    [
        ({}, (1000, -1000)),
        ({"prices_include_tax": True}, (833, -833)),
        ({"count_shipping": True}, (1450, -1450)),
        ({"prices_include_tax": True, "count_shipping": True}, (1283, -1283)),
    ],
)
def test_tax_and_shipping_follow_the_shops_rule(upload_text, lake, rules, minor):
    text = (
        "order_id,customer_id,product_id,quantity,unit_price,tax,shipping,ordered_at\n"
        "o1,c,p,1,10,1.67,4.50,2026-01-02\no2,c,p,-1,10,1.67,4.50,2026-01-03\n"
    )
    ingest(upload_text(text), lake, Shop(**rules), now=NOW)
    assert [row[0] for row in rows_of(lake, "net_minor, order_id")] == sorted(minor)


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(
        st.tuples(
            st.decimals("-99999", "99999", places=3).filter(bool),
            st.decimals("0.0001", "9999999", places=4),
            st.integers(0, 100),
        ),
        min_size=10,
        max_size=60,
    )
)
def test_net_is_exact_and_rounded_half_even_once_a_line(ingest_text, lake, lines):
    rows, expected, exact = [], 0, Decimal(0)
    for number, (quantity, price, percent) in enumerate(lines):
        discount = (abs(quantity) * price * percent / 100).quantize(Decimal("0.0001"), "ROUND_DOWN")
        net = quantity * price - discount.copy_sign(quantity)
        expected += int((net * 100).to_integral_value(ROUND_HALF_EVEN))
        exact += net
        order = f"{hash(tuple(lines))}-{number}"  # of this example alone: the lake is that of all of them
        rows.append(f"{order},c,p,{quantity},{price},{discount},2026-01-02\n")
    text = "order_id,customer_id,product_id,quantity,unit_price,discount,ordered_at\n" + "".join(rows)
    report = ingest_text(text, key=f"raw/orders/{text}", version=text)
    if report.get("is_repeat_of_earlier_upload"):
        return
    assert report["net_minor"] == expected
    assert Decimal(report["net_before_rounding"]) == exact.quantize(Decimal("0.0001"))


def test_places_are_found_through_quotes_blank_lines_and_rows_that_were_left_out():
    content = b'a,1\n\n"b\nb",2\nbad,1,2\nc,3\r\n\nd,4'
    found, others = places(content, {1, 2, 4}, unsplit={content.index(b"bad"): 0}, quote='"', first_line=10)
    assert found == {1: Place(10, "a,1"), 2: Place(12, '"b\nb",2'), 4: Place(17, "d,4")}
    assert others == [Place(14, "bad,1,2")]
    assert places(b"a\nb\r\nc\n", {2, 3}, first_line=5) == ({2: Place(6, "b"), 3: Place(7, "c")}, [])


@settings(max_examples=examples(50), deadline=None)
@given(
    lines=st.lists(st.integers(1, 40_000), min_size=1, max_size=12),
    ends=st.booleans(),
    wanted=st.sets(st.integers(1, 12)),
)
def test_places_on_lines_are_those_of_the_walk(lines, ends, wanted):
    texts = [f"{number}:{'x' * length}" for number, length in enumerate(lines, 1)]
    content = ("\n".join(texts) + "\n" * ends).encode()
    there = {number for number in wanted if number <= len(lines)}
    at_once, _ = places(content, there, first_line=3, count=len(lines))
    walked, _ = places(content, there, first_line=3)
    assert at_once == walked == {number: Place(number + 2, texts[number - 1]) for number in there}


def test_refused_rows_of_json_name_their_line(ingest_text, lake):
    good = [{"order_id": f"o{n}", "customer_id": "c", "product_id": "p", "quantity": 1, "unit_price": "1.10",
             "ordered_at": "2026-01-02"} for n in range(9)]  # fmt: skip
    bad = {**good[0], "quantity": "x"}
    text = "[\n" + ",\n".join(json.dumps(each) for each in [*good, bad]) + "\n]\n"
    report = ingest_text(text)
    (row,) = lake.store.read_bytes(f"lake/quarantine/{report['object']}.jsonl").decode().splitlines()
    assert (report["kept"], json.loads(row)["line"], json.loads(row)["rule"]) == (
        9,
        11,
        "quantity-not-a-number",
    )


@pytest.mark.parametrize(
    ("price", "sidecar", "minor"),
    [
        ("€ 12.50", "", 1125),
        ("12.50 USD", "", 1000),
        ("12.50", 'currency = "EUR"', 1125),
        ("£12.50", "", 1250),
    ],
)
def test_a_currency_is_read_from_the_price_or_the_sidecar(lake, upload_text, price, sidecar, minor):
    shop = Shop(currency="GBP", rates={"EUR": "0.9", "USD": "0.8"})
    upload = _with_sidecar(upload_text(PLAIN + f"o1,c,p,1,{price},2026-01-02\n"), sidecar)
    assert ingest(upload, lake, shop, now=NOW)["net_minor"] == minor

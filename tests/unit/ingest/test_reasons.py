"""The reason for which a row is refused speaks of its own table and says what helps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patronage.logic.ingest.rules import rules_by_name
from patronage.logic.tables import TABLES
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at"
ROWS = [f"o{n},c,p,1,2.50,2026-01-02" for n in range(9)]


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_missing_cell_is_told_of_its_own_table(table):
    rules = rules_by_name(table)
    for column in table.source_columns:
        if column.required:
            words = column.name.replace("_", " ")
            sentence = f"the {words} is empty; every row of {table.name} must have one"
            assert rules[f"{column.name.replace('_', '-')}-missing"].sentence == sentence


def test_an_order_without_a_product_is_told_as_an_order(ingest_text):
    report = ingest_text("\n".join([HEADER, *ROWS, "o9,c,,1,2.50,2026-01-02"]))

    assert report["rules"] == {
        "product-id-missing": "the product id is empty; every row of orders must have one"
    }


@pytest.fixture
def priced(upload_text, lake):
    """Ingest eight plain rows, and one whose price or currency says more."""

    def take(price="2.50", currency="", *, sidecar=""):
        rows = [f"{row}," for row in ROWS[:8]] + [f'o8,c,p,1,"{price}",2026-01-02,{currency}']
        upload = upload_text("\n".join([f"{HEADER},currency", *rows]))
        shop = Shop(currency="EUR", rates={"USD": "0.50", "GBP": "1.20"})
        return ingest(replace(upload, sidecar=sidecar), lake, shop, now=NOW)

    return take


@pytest.mark.parametrize(
    ("currency", "net_minor"),
    [("€", 250), ("EUR", 250), (" eur ", 250), (" ", 250), ("£", 300), ("US$", 125), ("€ EUR", 250)],
)  # fmt: skip
def test_a_sign_in_the_column_of_currencies_is_understood(priced, currency, net_minor):
    report = priced(currency=currency)

    assert (report["refused"], report["net_minor"]) == (0, 8 * 250 + net_minor)


@pytest.mark.parametrize(("price", "currency"), [("$2.50", ""), ("2.50", "$"), ("2.50", "kr")])
def test_a_sign_of_several_currencies_is_refused_for_that_and_not_for_a_missing_rate(priced, price, currency):
    report = priced(price, currency)

    assert report["rules"] == {
        "currency-not-told-by-its-sign": "several currencies use this sign; name the one that is meant by "
        "`currency` in the file's sidecar"
    }


def test_a_currency_without_a_rate_stays_one(priced):
    assert priced(currency="CHF")["refused_by_rule"] == {"currency-without-a-rate": 1}


def test_the_sidecar_says_what_the_sign_means(priced):
    report = priced("$2.50", sidecar='currency = "USD"\n')

    assert (report["refused"], report["net_minor"]) == (0, 9 * 125)


ROWS_OF_EVENTS = "".join(f"u{n},i,View,{1_767_000_000 + n}\n" for n in range(5))
EVENTS = f"USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n{ROWS_OF_EVENTS}"
OWN = """
name = "downloads"
table = "events"
header = ["USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"]
times = { occurred_at = "epoch_s" }
values = { event_type = { Download = "purchase", View = "view" } }

[columns]
customer_id = "USER_ID"
product_id = "ITEM_ID"
event_type = "EVENT_TYPE"
occurred_at = "TIMESTAMP"
"""


@pytest.mark.parametrize(
    ("dialect", "reasons"),
    [
        (
            "",
            [
                "the event type is none of view, cart_add, cart_remove, purchase, search, impression, click; "
                "map the file's word to one of them by `values` in a dialect (docs/dialects.md)"
            ],
        ),
        (OWN, []),
    ],
)
def test_an_unknown_event_type_says_that_a_dialect_can_map_it(upload_text, lake, dialect, reasons):
    if dialect:
        lake.store.write_bytes("settings/dialects/downloads.toml", dialect.encode())
    upload = upload_text(EVENTS + "u9,i,Download,1767000009\n", key="raw/events/a.csv")

    report = ingest(upload, lake, Shop(), now=NOW)

    assert list(report["rules"].values()) == reasons
    assert report["kept"] == 6 - len(reasons)


def test_a_header_that_has_a_name_twice_is_told_where_no_dialect_fits(ingest_text):
    report = ingest_text(
        "order_id,order_id,product_id,quantity,unit_price,ordered_at\no1,c,p,1,2.50,2026-01-02\n"
    )

    assert report["state"] == "unreadable"
    said = "Of the file's form: the header has 'order_id' more than once; the first was read under its name"
    assert report["problem"].endswith(said)


@pytest.mark.parametrize("price", ["0.00125", "0.00005", "1e-5", "3.3333333333333335"])
def test_a_price_finer_than_four_decimals_is_a_doubt(ingest_text, price):
    report = ingest_text("\n".join([HEADER, *ROWS, f"o9,c,p,1000,{price},2026-01-02"]))

    assert report["refused"] == 0
    assert report["doubts"] == [
        f"unit_price: {price!r} has more than four decimals; amounts are rounded to four, so give such "
        "prices of more pieces at once where the rest matters"
    ]


@pytest.mark.parametrize("usual", ["2.50", "$ 2.50"])
def test_a_finer_price_beyond_the_sample_is_rounded_without_a_doubt(upload_text, lake, usual):
    rows = [f"o{n},c,p,1,{usual},2026-01-02" for n in range(50_000)]
    late = f"o50000,c,p,1000,{usual.replace('2.50', '0.00125')},2026-01-02"

    report = ingest(upload_text("\n".join([HEADER, *rows, late])), lake, Shop(currency="USD"), now=NOW)

    assert (report["kept"], report.get("doubts", [])) == (50_001, [])
    assert report["net_minor"] == 50_000 * 2_50 + 1_30


@pytest.mark.parametrize("price", ["1.2500", "1.25000", "0.30000000000000004", "12.989999999999999"])
def test_zeros_and_what_a_float_adds_are_no_doubt(ingest_text, price):
    assert "doubts" not in ingest_text("\n".join([HEADER, *ROWS, f"o9,c,p,1,{price},2026-01-02"]))

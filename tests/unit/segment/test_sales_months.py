"""Sales of any months by product, category, channel, fee and country add up to the periods, to the penny."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest
from analytics_support import MemoryTable, document_items, summary_of
from hypothesis import given, settings
from hypothesis import strategies as st

from lake_support import add_part
from patronage.errors import BadField
from patronage.logic.segments.sales_question import COLUMNS, LISTS
from patronage.logic.serve.documents import pack_document
from patronage.logic.tables import ORDERS, PRODUCTS
from patronage.settings import Shop
from patronage.steps import analytics
from patronage.steps.figures import ANALYTICS
from patronage.steps.pin import pin
from patronage.steps.segment import sales
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, examples

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

SHOP = Shop(currency="GBP", timezone="Europe/London")
COLUMNS_OF_LINES = (
    "order_id, line, customer_id, product_id, quantity, unit_price, net_minor, kind, "
    "ordered_at, country, channel"
)
MONTHS = [date(2024 + number // 12, number % 12 + 1, 1) for number in range(10, 24)]
MADE_UP = 2_600
PRODUCTS_SOLD, CATEGORIES, COUNTRIES = 150, 120, 110


class Served(NamedTuple):
    """A run's documents as they are served, and its order lines."""

    table: MemoryTable
    lake: Lake
    lines: Path

    def ask(self, **asked: Any) -> dict[str, Any]:
        """Return an answer of all its pages."""
        answer = analytics.sales(self.table.reader(), **asked, limit=1_000, now=NOW)
        rows, cursor = list(answer["rows"]), answer["next_cursor"]
        while cursor is not None:
            page = analytics.sales(self.table.reader(), **asked, limit=1_000, cursor=cursor, now=NOW)
            rows += page["rows"]
            cursor = page["next_cursor"]
        return answer | {"rows": rows}

    def net(self, by: str, span: tuple[date, date]) -> dict[str | None, tuple[int, int]]:
        """Sum net and lines straight from the order lines, by one of their columns."""
        months = "date_trunc('month', timezone('Europe/London', ordered_at))::DATE"
        kinds = {"product": "kind <> 'fee'", "fee": "kind = 'fee'", "category": "kind <> 'fee'"}.get(
            by, "true"
        )
        column = {"product": "product_id", "fee": "product_id"}.get(by, by)
        source = f"'{self.lines}' NATURAL LEFT JOIN (SELECT product_id, category FROM catalogue)"
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE TABLE catalogue AS " + CATALOGUE)
            rows = connection.execute(
                f"SELECT {column}, SUM(net_minor), COUNT(*) FROM {source} "
                f"WHERE {kinds} AND {months} BETWEEN ? AND ? GROUP BY 1",
                span,
            ).fetchall()
        return {value: (int(net), lines) for value, net, lines in rows}


CATALOGUE = (
    f"SELECT 'p' || n AS product_id, 'Thing ' || n AS title, 'c' || (n % {CATEGORIES}) AS category "
    f"FROM range(0, {PRODUCTS_SOLD - 5}) AS given(n)"
)


def served(folder: Path, lines: str, catalogue: str | None) -> Served:
    """Run the sales of order lines, and publish them."""
    lake = Lake(FolderStore(folder))
    add_part(folder / "lake/orders", ORDERS, "orders", lines)
    if catalogue is not None:
        add_part(folder / "lake/products", PRODUCTS, "products", catalogue)
    pin("run", "segments", lake, SHOP, now=NOW)
    sales.sales("run", lake)
    sales.sliced("run", lake, "country")
    table = MemoryTable()
    table.put(summary_of("run"))
    for name, file in ANALYTICS.items():
        if name.startswith("sales"):
            table.put(*document_items("run", name, read_json(lake.store, f"runs/run/{file}")))
    table.flip("run")
    (part,) = (folder / "lake/orders").rglob("*.parquet")
    return Served(table, lake, part)


def made_up() -> str:
    """Write lines of 14 months, in which other products sell each month than over the whole time."""
    chance = random.Random(5)  # noqa: S311 - no secret
    rows = []
    for number in range(MADE_UP):
        month = MONTHS[number % len(MONTHS)]
        product = f"p{(chance.randrange(PRODUCTS_SOLD) + month.month * 11) % PRODUCTS_SOLD}"
        kind = chance.choices(("sale", "cancellation", "refund", "fee"), (80, 8, 6, 6))[0]
        pieces, net = chance.randint(1, 9), chance.randint(1, 10 ** chance.randint(2, 6))
        if kind == "fee":
            product = f"f{chance.randrange(3)}"
        if kind in {"cancellation", "refund"}:
            pieces, net = -pieces, -net
        day = month.replace(day=chance.randint(1, 28))
        country = f"'l{number % COUNTRIES}'" if number % 13 else "NULL"
        channel = chance.choice(("'web'", "'shop'", "NULL"))
        rows.append(
            f"('o{number // 2}', '{number}', 'c{number % 40}', '{product}', {pieces}, 1, {net}, '{kind}', "
            f"TIMESTAMPTZ '{day} 23:30:00+00', {country}, {channel})"
        )
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS given({COLUMNS_OF_LINES})"


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Served:
    return served(tmp_path_factory.mktemp("months"), made_up(), CATALOGUE)


def last_day(month: date) -> date:
    days = (date(month.year + month.month // 12, month.month % 12 + 1, 1) - month).days
    return month.replace(day=days)


SPANS = st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)).map(lambda two: (min(two), max(two)))


@settings(max_examples=examples(40), deadline=None)
@given(SPANS)
def test_the_rows_of_any_months_add_up_to_the_periods(shop, span):
    asked = {"start": span[0], "end": last_day(span[1])}
    net = shop.ask(**asked)["totals"]["net_minor"]
    answers = {by: shop.ask(by=by, **asked)["rows"] for by in LISTS}
    sums = {by: sum(row["net_minor"] for row in rows) for by, rows in answers.items()}
    assert sums["country"] == sums["channel"] == net
    assert sums["product"] + sums["fee"] == sums["category"] + sums["fee"] == net
    for by in LISTS:
        months = shop.ask(by=by, grain="month", **asked)["rows"]
        assert sum(row["net_minor"] for row in months) == sums[by]
        assert {row["month"] for row in months} <= {f"{month:%Y-%m}" for month in MONTHS}


@settings(max_examples=examples(20), deadline=None)
@given(SPANS)
def test_each_row_is_what_the_order_lines_say(shop, span):
    for by in LISTS:
        rows = shop.ask(by=by, start=span[0], end=last_day(span[1]))["rows"]
        lines = shop.net(by, span)
        kept = {row[COLUMNS[by]] for row in shop.ask(by=by)["rows"] if not row["is_rest"]}
        if by == "country":  # what is not said has a place of its own beside those of the list
            kept = {each["value"] for each in slices_of(shop, "country") if not each["is_rest"]}
        named = {row[COLUMNS[by]]: row["net_minor"] for row in rows if not row["is_rest"]}
        assert named == {value: net for value, (net, _) in lines.items() if value in kept}
        rest = [row["net_minor"] for row in rows if row["is_rest"]]
        expected = [net for value, (net, _) in lines.items() if value not in kept]
        assert sum(rest) == sum(expected)
        assert len(rest) == bool(expected)


def slices_of(shop: Served, by: str) -> list[dict[str, Any]]:
    return read_json(shop.lake.store, f"runs/run/{ANALYTICS[f'sales-by-{by}']}")["slices"]


@pytest.mark.parametrize("by", ["product", "category", "channel", "fee"])
def test_who_has_months_is_who_leads_the_list_of_the_whole_time(shop, by):
    whole = shop.ask(by=by)["rows"]
    assert by in {"channel", "fee"} or (len(whole), whole[-1]["is_rest"]) == (101, True)
    summed = shop.ask(by=by, start=date(2000, 1, 1))["rows"]
    column = COLUMNS[by]
    assert {(row[column], row["is_rest"]) for row in summed} == {
        (row[column], row["is_rest"]) for row in whole
    }
    of_whole = {(row[column], row["is_rest"]): row for row in whole}
    for row in summed:
        theirs = of_whole[row[column], row["is_rest"]]
        for name in set(row) & set(theirs) - {"customers", "new_customers", "returning_customers"}:
            assert row[name] == theirs[name], (row[column], name)


@settings(max_examples=examples(30), deadline=None)
@given(st.sampled_from(sorted(LISTS)), st.integers(0, 99), st.sampled_from(["month", "quarter", "year"]))
def test_the_periods_of_one_value_are_its_row(shop, by, place, grain):
    rows = [row for row in shop.ask(by=by)["rows"] if row[COLUMNS[by]] is not None]
    row = rows[place % len(rows)]
    if by == "country" and row["country"] not in {each["value"] for each in slices_of(shop, by)}:
        return
    answer = shop.ask(grain=grain, **{COLUMNS[by]: row[COLUMNS[by]]})
    assert answer["totals"]["net_minor"] == row["net_minor"]
    assert answer["totals"].get("orders") == (row.get("orders") if by != "category" else None)
    assert answer["of"][COLUMNS[by]] == row[COLUMNS[by]]
    assert answer["of"].get("name") == row.get("name")
    assert [each["begins"] for each in answer["rows"]] == [
        each["begins"] for each in shop.ask(grain=grain)["rows"]
    ]


def test_a_product_of_the_rest_is_refused(shop):
    named = {row["product_id"] for row in shop.ask(by="product")["rows"]}
    left = next(f"p{n}" for n in range(PRODUCTS_SOLD) if f"p{n}" not in named)
    with pytest.raises(BadField, match="none of the 100 products that months are kept of"):
        shop.ask(product_id=left)


def by_hand(*lines: tuple[str, str, int, int, str, str]) -> str:
    rows = ", ".join(
        f"('{order}', '{n}', 'a', '{product}', {pieces}, 1, {net}, '{kind}', TIMESTAMPTZ '{at}', 'UK', 'web')"
        for n, (order, product, pieces, net, kind, at) in enumerate(lines)
    )
    return f"SELECT * FROM (VALUES {rows}) AS given({COLUMNS_OF_LINES})"


@pytest.fixture
def small(tmp_path) -> Served:
    lines = by_hand(
        ("o1", "p1", 2, 1000, "sale", "2025-06-30 22:59:59+00"),
        ("o2", "p1", 1, 500, "sale", "2025-06-30 23:00:00+00"),  # July in London
        ("o2", "p1", 1, 200, "sale", "2025-08-01 12:00:00+00"),  # the same order, later
        ("o2", "post", 1, 300, "fee", "2025-07-01 12:00:00+00"),
        ("r1", "p1", -1, -500, "refund", "2025-08-02 12:00:00+00"),
        ("o3", "p2", 4, 100, "sale", "2025-08-03 12:00:00+00"),
    )
    return served(tmp_path, lines, None)


def test_months_of_a_product_by_hand(small):
    rows = small.ask(by="product", grain="month")["rows"]
    names = (
        "product_id",
        "month",
        "net_minor",
        "sale_minor",
        "refund_minor",
        "items",
        "returned_items",
        "orders",
    )
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("p1", "2025-06", 1000, 1000, 0, 2, 0, 1),
        ("p1", "2025-07", 500, 500, 0, 1, 0, 1),
        ("p1", "2025-08", -300, 200, -500, 1, 1, 0),  # the order was counted in July
        ("p2", "2025-08", 100, 100, 0, 4, 0, 1),
    ]
    assert rows[0]["name"] == "p1"
    (fee,) = small.ask(by="fee", start=date(2025, 7, 1), end=date(2025, 7, 31))["rows"]
    assert (fee["fee"], fee["net_minor"], fee["line_count"]) == ("post", 300, 1)
    two = small.ask(by="product", start=date(2025, 7, 1), end=date(2025, 8, 31))["rows"]
    assert [(row["product_id"], row["net_minor"], row["orders"]) for row in two] == [
        ("p1", 200, 1),
        ("p2", 100, 1),
    ]


def test_a_catalogue_without_categories_has_no_months_of_them(small):
    assert small.ask(by="category", start=date(2025, 7, 1))["rows"] == []
    with pytest.raises(BadField, match="none of the 0 categories"):
        small.ask(category="Drinks")


def test_a_hundred_products_of_two_years_fit_a_page(tmp_path):
    chance = random.Random(3)  # noqa: S311 - no secret
    lines = [
        (f"o{n}", f"product-{n % 120:03d}", chance.randint(1, 99), chance.randint(1, 10**7), "sale",
         f"{2023 + n // 120 // 12}-{n // 120 % 12 + 1:02d}-15 12:00:00+00")
        for n in range(120 * 24)
    ]  # fmt: skip
    shop = served(tmp_path, by_hand(*lines), None)
    document = read_json(shop.lake.store, f"runs/run/{ANALYTICS['sales-by-product']}")
    assert sum(len(each["months"]) for each in document["slices"]) == 101 * 24
    assert len(pack_document(document)) == 1
    whole = document_items("run", "sales-by-product", document)
    assert shop.table.items[whole[0]["pk"]]["packed"] == whole[0]["packed"]

"""A person with ids that are easily found, and the files by which they come in, one of each form."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from workbook_support import row, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable

PERSON = 'zoë.o\'neill+50%/"7391"@exämple.shop'
VISIT, LATER_VISIT = "visit-4c9f/ä%27", "later-visit-77d1"
EMAIL, NAME = "quillfeather@findable.example", "Quillfeather"
ORDER, BAD_ORDER, RETURN = "order-5d1b0c", "order-e2a96f", "return-90b3aa"
EVENT, BAD_EVENT = "event-31c7d8", "event-bb8e02"
IDS = {
    "customer": PERSON,
    "visit": VISIT,
    "later visit": LATER_VISIT,
    "e-mail": EMAIL,
    "name": NAME,
    "order": ORDER,
    "refused order": BAD_ORDER,
    "return": RETURN,
    "event": EVENT,
    "refused event": BAD_EVENT,
}
GROUPS, MEMBERS = ("A", "B"), 6
ORDERS = [
    *("order_id", "line", "customer_id", "product_id", "description"),
    *("quantity", "unit_price", "currency", "ordered_at", "country"),
]
EVENTS = ["event_id", "event_type", "customer_id", "session_id", "product_id", "occurred_at"]


def order(order_id: str, customer: str, product: str, *, day: int = 1, **more: str) -> list[str]:
    cells = dict(zip(ORDERS, [""] * len(ORDERS), strict=True)) | {
        "order_id": order_id,
        "line": product,
        "customer_id": customer,
        "product_id": product,
        "description": f"The {product}",
        "quantity": "1",
        "unit_price": "2.50",
        "currency": "GBP",
        "ordered_at": f"2025-03-{day:02d}T10:00:00Z",
        "country": "France",
    }
    return list((cells | more).values())


def everybodys_orders() -> list[list[str]]:
    """Each customer of a group buys its products but one; the person buys products of both groups at once."""
    made = [
        order(f"{group}{member}-{product}", f"{group}{member}", f"{group}-p{product}", day=1 + product)
        for group in GROUPS
        for member in range(MEMBERS)
        for product in range(MEMBERS)
        if product != member
    ]
    return [*made, *(order(ORDER, PERSON, f"{group}-p{product}") for group in GROUPS for product in range(5))]


def table_of(header: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def two(name: str) -> list[list[str]]:
    """Return an order line of the person and one of somebody else, for a file of some form."""
    return [order(f"{ORDER}-{name}", PERSON, "A-p1", day=9), order(f"other-{name}", "A0", "A-p2", day=9)]


def documents(name: str) -> list[dict[str, str]]:
    return [dict(zip(ORDERS, cells, strict=True)) for cells in two(name)]


def parquet(name: str) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(documents(name)), out)
    return out.getvalue()


def sheet(name: str) -> bytes:
    rows = [ORDERS[:8], *(cells[:7] + cells[8:9] for cells in two(name))]
    rows[0] = ORDERS[:7] + ORDERS[8:9]
    written = (row(at, *(html.escape(cell) for cell in cells)) for at, cells in enumerate(rows, 1))
    return workbook({"orders": "".join(written)})


def zipped(name: str, *, beside: str = "README.md") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", table_of(ORDERS, two(name)))
        archive.writestr(beside, f"{PERSON} called")
    return out.getvalue()


def shopify() -> bytes:
    """Return an export in which only the first line of an order names the customer."""
    header = [
        *(
            "Name",
            "Email",
            "Financial Status",
            "Paid at",
            "Currency",
            "Subtotal",
            "Shipping",
            "Taxes",
            "Total",
        ),
        *("Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"),
        *("Lineitem sku", "Lineitem discount", "Refunded Amount", "Cancelled at"),
        *("Shipping Country", "Billing Country", "Source"),
    ]

    def line(name: str, email: str, sku: str, paid: str) -> list[str]:
        first = [email, "paid", "2025-03-10 10:00:00 +0000", "GBP", paid, "0", "0", paid, "0"]
        own = first if email else [""] * len(first)
        when = "2025-03-10 10:00:00 +0000"
        back = ["0", "", "FR", "FR", "web"] if email else [""] * 5
        return [name, *own, when, "1", f"The {sku}", "2.50", sku, "0", *back]

    named = f"{ORDER}-shopify"
    lines = [
        line(named, PERSON, "A-p1", "5"),
        line(named, "", "A-p2", ""),
        line("other-s", "A1", "A-p1", "2.5"),
    ]
    return table_of(header, lines)


def readable() -> dict[str, bytes]:
    """Return the uploads that ingest can read, by key below `raw/`."""
    rest = [order(f"fine-{n}", f"B{n % MEMBERS}", "B-p1", day=12) for n in range(30)]
    refused = [
        order(BAD_ORDER, PERSON, "A-p1", quantity="a few"),
        [*order(BAD_ORDER, PERSON, "A-p2"), "more"],
    ]
    back = [[*order(RETURN, "", "A-p1", day=13, quantity="-1"), ORDER], *([*each, ""] for each in rest)]
    visits = [
        [EVENT, "view", "", VISIT, "A-p3", "2025-03-08T10:00:00Z"],
        [f"{EVENT}-2", "cart_add", PERSON, VISIT, "A-p3", "2025-03-08T10:01:00Z"],
        [BAD_EVENT, "view", "", VISIT, "A-p3", "the day before"],
        *([f"e-{n}", "view", "", f"s-{n}", "B-p1", "2025-03-08T10:00:00Z"] for n in range(30)),
    ]
    people = [[PERSON, EMAIL, NAME, "true", "FR"]] + [
        [f"{group}{n}", f"{group}{n}@shop.example", f"Name{n}", "true", "FR"]
        for group in GROUPS
        for n in range(MEMBERS)
    ]
    stars = [[PERSON, "A-p1", "5", "2025-03-09"], ["A0", "A-p1", "4", "2025-03-09"]]
    return {
        "orders/plain.csv": table_of(ORDERS, everybodys_orders()),
        "orders/packed.csv.gz": gzip.compress(table_of(ORDERS, two("packed"))),
        "orders/columns.parquet": parquet("columns"),
        "orders/book.xlsx": sheet("book"),
        "orders/array.json": json.dumps(documents("array")).encode(),
        "orders/lines.jsonl": b"".join(json.dumps(each).encode() + b"\n" for each in documents("lines")),
        "orders/wide.csv": table_of(ORDERS, two("wide")).decode().encode("utf-16"),
        "orders/files.zip": zipped("files"),
        "orders/shopify.csv": shopify(),
        "orders/refused.csv": table_of(ORDERS, [*refused, *rest]),
        "orders/back.csv": table_of([*ORDERS, "refers_to"], back),
        "customers/people.csv": table_of(
            ["customer_id", "email", "first_name", "accepts_marketing", "country"], people
        ),
        "ratings/stars.csv": table_of(["customer_id", "product_id", "rating", "rated_at"], stars),
        "events/visits.csv": table_of(EVENTS, visits),
    }


def unreadable() -> dict[str, bytes]:
    """Return what nobody can read and what holds the person all the same."""
    whole = gzip.compress(table_of(ORDERS, [*two("torn"), *everybodys_orders()]))
    return {
        "orders/torn.csv.gz": whole[: len(whole) * 2 // 3],
        "orders/torn.zip": zipped("torn")[:-60],
        "orders/two-tables.zip": zipped("two", beside="more.csv"),
        "orders/no-header.csv": table_of(two("bare")[0], two("bare")[1:]),
    }

"""`times` in a sidecar or in settings/ingest.toml says how a column of times is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialect_support import rows_of
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at,updated_at\n"
TILL = """
name = "till"
table = "orders"
times = { ordered_at = "%d/%m/%Y" }
[columns]
order_id = "Receipt"
product_id = "Article"
quantity = "Pcs"
unit_price = "Price"
ordered_at = "Booked"
"""


@pytest.fixture
def take(lake, upload_text):
    """Ingest a text with what is given for it; return its report and when its orders were placed."""

    def take(content, *, sidecar="", settings="", dialect=""):
        lake.store.write_bytes("settings/ingest.toml", settings.encode())
        if dialect:
            lake.store.write_bytes("settings/dialects/till.toml", dialect.encode())
        upload = replace(upload_text(content, key="raw/orders/a.csv"), sidecar=sidecar)
        report = ingest(upload, lake, Shop(currency="EUR", timezone="UTC"), now=NOW)
        if report["state"] != "done":
            return report, []
        placed = "strftime(make_timestamp(epoch_us(ordered_at)), '%Y-%m-%d %H:%M')"
        return report, [
            text for (text,) in rows_of(lake, "orders").order("order_id").project(placed).fetchall()
        ]

    return take


def rows(*times: str) -> str:
    return HEADER + "".join(f"o{n},c,p,1,2.50,{time},\n" for n, time in enumerate(times))


WORDED = ("22. Nov. 2025 09:30", "3. Feb. 2025 18:05")
READ = ["2025-11-22 09:30", "2025-02-03 18:05"]


@pytest.mark.parametrize(
    "given",
    [
        {"sidecar": "times = { ordered_at = '%d. %b. %Y %H:%M' }"},
        {"sidecar": "[times]\nordered_at = ['%Y-%m-%d', '%d. %b. %Y %H:%M']"},
        {"settings": "[[files]]\nmatch = 'raw/orders/*'\ntimes = { ordered_at = '%d. %b. %Y %H:%M' }"},
    ],
)
def test_a_form_that_nobody_would_guess_is_given(take, given):
    assert take(rows(*WORDED))[0]["refused_by_rule"] == {"ordered-at-not-a-time": 2}

    report, placed = take(rows(*WORDED), **given)

    assert placed == READ
    assert (report["kept"], report.get("doubts", [])) == (2, [])


@pytest.mark.parametrize(
    ("given", "text", "placed"),
    [
        ("'%m/%d/%Y'", "03/04/2025", "2025-03-04 00:00"),
        ("'%d/%m/%Y'", "03/04/2025", "2025-04-03 00:00"),
        ("'epoch_s'", "1740787200", "2025-03-01 00:00"),
        ("'epoch_ms'", "1740787200000", "2025-03-01 00:00"),
        ("'epoch_us'", "1740787200000000", "2025-03-01 00:00"),
        ("'excel'", "45717.5", "2025-03-01 12:00"),
        ("'iso'", "2025-03-01T12:00:00", "2025-03-01 12:00"),
    ],
)
def test_each_form_of_a_dialect_can_be_given(take, given, text, placed):
    report, found = take(rows(text), sidecar=f"times = {{ ordered_at = {given} }}")

    assert (found, report.get("doubts", [])) == ([placed], [])


def test_the_sidecar_goes_before_the_settings_and_both_before_the_dialect(take):
    text = "Receipt,Article,Pcs,Price,Booked\nT1,tea,1,2.50,03/04/2025\n"
    month_first = "times = { ordered_at = '%m/%d/%Y' }"
    settings = f"[[files]]\nmatch = '*'\n{month_first}"

    assert take(text, dialect=TILL)[1] == ["2025-04-03 00:00"]
    assert take(text, dialect=TILL, settings=settings)[1] == ["2025-03-04 00:00"]
    day_first = "times = { ordered_at = '%d/%m/%Y' }"
    assert take(text, dialect=TILL, settings=settings, sidecar=day_first)[1] == ["2025-04-03 00:00"]


PLACED = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\no1,c,p,1,2.50,2025-03-01\n"
NOT_THERE = "times = { updated_at = 'iso', rated_at = 'iso' }"


def test_a_column_that_the_file_has_not_is_a_doubt_in_a_sidecar(take):
    report, placed = take(PLACED, sidecar=NOT_THERE)

    assert placed == ["2025-03-01 00:00"]
    assert report["doubts"] == [
        f"the sidecar states times of {name}, which the file does not have; it was not used"
        for name in ("updated_at", "rated_at")
    ]


def test_a_column_that_the_file_has_not_is_no_doubt_in_the_settings_of_many_files(take):
    report, placed = take(PLACED, settings=f"[[files]]\nmatch = '*'\n{NOT_THERE}")

    assert (placed, report.get("doubts", [])) == (["2025-03-01 00:00"], [])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("times = 'iso'", "option times = 'iso' must be a table, such as { ordered_at = '%d.%m.%Y %H:%M' }"),
        ("times = { Booked = 'iso' }", "times names 'Booked', which is no column of times; write the name"),
        (
            "times = { quantity = 'iso' }",
            "times names 'quantity', which is no column of times; write the name",
        ),
        (
            "table = 'orders'\ntimes = { rated_at = 'iso' }",
            "times names 'rated_at', which is no column of times of orders; write the name that Patronage "
            "gives it, one of ordered_at, updated_at",
        ),
        ("times = { ordered_at = 3 }", "times.ordered_at = 3 must be a text or a list of texts, such as"),
        ("times = { ordered_at = [] }", "times.ordered_at = [] must be a text or a list of texts, such as"),
        ("times = { ordered_at = ['iso', 3] }", "must be a text or a list of texts, such as"),
        (
            "times = { ordered_at = '%H:%M' }",
            "times.ordered_at: the date format '%H:%M' does not say a whole day",
        ),
        (
            "times = { ordered_at = '%Q' }",
            "times.ordered_at: the date format '%Q' holds %Q, which is no directive",
        ),
        ("times = { ordered_at = '' }", "times.ordered_at: the date format '' does not say a whole day"),
    ],
)
@pytest.mark.parametrize("place", ["its sidecar", "settings/ingest.toml"])
def test_what_no_column_could_be_read_by_is_refused_where_it_stands(take, given, says, place):
    wrong = {"sidecar": given} if place == "its sidecar" else {"settings": f"[[files]]\nmatch = '*'\n{given}"}

    report, _ = take(rows("2025-03-01"), **wrong)

    assert (report["state"], report["fault_in"]) == ("unreadable", place)
    assert says in report["problem"]

"""A column whose form shows only after the first chunk is read by the form that the whole file tells."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import ingest, step
from patronage.steps.ingest import source as source_module
from tests_support import NOW, adds_up, some

NAMES = ("order_id", "customer_id", "product_id", "quantity", "unit_price", "ordered_at")
DOUBT = "unit_price: every number can be read with a decimal point or a decimal comma; read like 1,234.5"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(source_module, "CHUNK_BYTES", 1_000)


@pytest.fixture
def passes(monkeypatch):
    run, made = step.run_pass, []
    monkeypatch.setattr(step, "run_pass", lambda *args, **options: made.append(1) or run(*args, **options))
    return made


@pytest.fixture
def ingested(upload_text, lake):
    """Ingest rows that differ in one column: a hundred with the early cell, then the late ones."""

    def take(column, early, *late, delimiter=",", sidecar="", shop=None):
        names = NAMES if column in NAMES else (*NAMES, column)
        base = {"customer_id": "c", "product_id": "p", "quantity": "1", "unit_price": "10"}
        base["ordered_at"] = "2026-01-02"
        rows = [
            {**base, "order_id": f"o{n:03}", column: cell} for n, cell in enumerate([*[early] * 100, *late])
        ]
        lines = [delimiter.join(names), *(delimiter.join(row[name] for name in names) for row in rows)]
        upload = replace(upload_text("\n".join(lines) + "\n"), sidecar=sidecar)
        return ingest(upload, lake, shop or Shop(max_refused_share=0.9), now=NOW)

    return take


def kept(lake, expression):
    files = [str(lake.snapshot("orders").staged(file)) for file in lake.snapshot("orders").contents()]
    with duckdb.connect() as connection:
        connection.sql("SET TimeZone = 'UTC'")
        late = f"SELECT {expression} FROM read_parquet({files}) WHERE order_id >= 'o100' ORDER BY order_id"
        return [str(cell) for (cell,) in connection.sql(late).fetchall()]


@pytest.mark.parametrize(
    "case",
    some([
        ("discount", "", ["2.00", "3"], ",", ["2.0000", "3.0000"]),
        ("discount", "", ["2,50", "3"], ";", ["2.5000", "3.0000"]),
        ("updated_at", "", ["2026-01-03", "2026-01-04"], ",", ["2026-01-03", "2026-01-04"]),
        ("updated_at", "", ["03/01/2026", "31/01/2025"], ",", ["2026-01-03", "2025-01-31"]),
        ("unit_price", "10", ["12,50", "1.250"], ";", ["12.5000", "1250.0000"]),
        ("unit_price", "10", ["12.50", "1.250"], ";", ["12.5000", "1.2500"]),
        ("unit_price", "10", ["1,250.00"], ";", ["1250.0000"]),
        ("unit_price", "10", ["€ 12,50"], ";", ["12.5000"]),
        ("unit_price", "10.00", ["€ 12.50", "3.00"], ",", ["12.5000", "3.0000"]),
        ("quantity", "1", ["1.250,0", "2"], ";", ["1250.0000", "2.0000"]),
    ], every=2),
    ids=str,
)  # fmt: skip
def test_late_cells_are_read_by_their_own_form(ingested, lake, case):
    column, early, late, delimiter, values = case
    report = ingested(column, early, *late, delimiter=delimiter)

    assert adds_up(report)
    assert (report["kept"], report.get("doubts", [])) == (100 + len(late), [])
    cast = "DATE" if column == "updated_at" else "DECIMAL(18, 4)"
    assert kept(lake, f"CAST({column} AS {cast})") == values


@pytest.mark.parametrize(
    ("price", "late", "quantities", "count"),
    [
        ("12,50", ["1.000", "2"], ["1000.0000", "2.0000"], 1),
        ("12.50", ["1.250", "1,000"], ["1.2500", "1000.0000"], 1),
        ("12.50", ["1,5", "2"], ["1.5000", "2.0000"], 2),
    ],
)
def test_whole_numbers_go_by_the_mark_of_the_others_unless_a_later_one_tells_its_own(
    upload_text, lake, passes, price, late, quantities, count
):
    cells = [*["1"] * 100, *late]
    rows = [f"o{n:03};c;p;{cell};{price};2026-01-02" for n, cell in enumerate(cells)]

    report = ingest(upload_text("\n".join([";".join(NAMES), *rows])), lake, Shop(), now=NOW)

    assert (report["refused"], len(passes), report.get("doubts", [])) == (0, count, [])
    assert kept(lake, "CAST(quantity AS DECIMAL(18, 4))") == quantities


def test_prices_that_name_another_currency_late_are_converted(ingested, lake):
    shop = Shop(currency="EUR", rates={"USD": "0.50"})

    report = ingested("unit_price", "10.00", "US$ 12.00", "3.00", shop=shop)

    assert (report["kept"], kept(lake, "currency || net_minor")) == (102, ["USD600", "EUR300"])


def test_a_number_that_can_be_read_either_way_is_a_doubt_wherever_it_stands(ingested, lake):
    report = ingested("unit_price", "10", "1.250")

    assert (report["kept"], report["doubts"]) == (101, [DOUBT])
    assert kept(lake, "CAST(unit_price AS DECIMAL(18, 4))") == ["1.2500"]


@pytest.mark.parametrize("late", ["1.000", "1,000"])
def test_a_whole_number_that_may_be_thousands_is_a_doubt_too(ingested, late):
    assert ingested("unit_price", "10", late, delimiter=";")["doubts"] == [DOUBT]


def test_both_marks_late_are_a_doubt_and_the_rarer_one_is_refused(ingested):
    report = ingested("unit_price", "10", "12,50", "1,75", "3.25", delimiter=";")

    assert report["refused_by_rule"] == {"unit-price-not-a-number": 1}
    assert "2 texts can only be written like 1.234,5 and 1 like 1,234.5" in report["doubts"][0]


def test_late_dates_that_tell_nothing_are_a_doubt(ingested):
    report = ingested("updated_at", "", "03/01/2026")

    assert report["doubts"] == [
        "updated_at: every date can be read day first or month first; read as day/month/year"
    ]


def test_strict_refuses_what_is_in_doubt_late(ingested):
    report = ingested("unit_price", "10", "1.250", sidecar="strict = true\n")

    assert report["state"] == "unreadable"
    assert DOUBT in report["problem"]


@pytest.mark.parametrize(
    ("column", "early", "late", "refused"),
    [
        ("quantity", "1", ["2", "3"], {}),
        ("unit_price", "10", ["12.5", "12.50", "0.99"], {}),
        ("unit_price", "10.00", ["1.250"], {}),
        ("discount", "", [], {}),
        ("quantity", "1", ["n/a"], {"quantity-not-a-number": 1}),
        ("unit_price", "10.00", ["free"], {"unit-price-not-a-number": 1}),
        ("updated_at", "", ["yesterday"], {"updated-at-not-a-time": 1}),
    ],
)
def test_ordinary_files_and_texts_of_no_form_cost_no_second_pass(
    ingested, passes, column, early, late, refused
):
    report = ingested(column, early, *late)

    assert (len(passes), report["refused_by_rule"], report.get("doubts", [])) == (1, refused, [])


def test_a_form_that_shows_late_costs_one_pass_more(ingested, passes):
    ingested("discount", "", "2.00")

    assert len(passes) == 2


@pytest.mark.parametrize("column", ["ordered_at", "updated_at"])
def test_times_of_no_known_form_are_a_doubt_that_says_what_helps(ingested, column):
    report = ingested(column, "22. Nov. 2026")

    said = "no known form of times fits '22. Nov. 2026'; state it by `times` in the file's sidecar or in a"
    assert report["doubts"] == [f"{column}: {said} dialect"]
    stem = column.replace("_", "-")
    words = column.replace("_", " ")
    sentence = f"the {words} is no time in the form that its column has, or lies outside 1900 to 2200"
    assert report["rules"][f"{stem}-not-a-time"] == sentence


def test_a_price_that_names_a_currency_late_tells_it_where_the_column_of_currencies_is_blank(
    upload_text, lake
):
    rows = [f"o{n:03},c,p,1,10.00,2026-01-02,EUR" for n in range(100)]
    late = ["o100,c,p,1,US$ 12.00,2026-01-02,", "o101,c,p,1,12.00,2026-01-02,"]
    upload = upload_text("\n".join([",".join([*NAMES, "currency"]), *rows, *late]))

    report = ingest(upload, lake, Shop(currency="EUR", rates={"USD": "0.50"}), now=NOW)

    assert (report["kept"], kept(lake, "currency || net_minor")) == (102, ["USD600", "EUR1200"])


@pytest.mark.parametrize("late", ["12,50", '"12,50"'])
def test_a_late_cell_is_found_behind_quoted_ones(upload_text, lake, passes, late):
    rows = [f'o{n:03};"c;\n;""1""";p;1;10;2026-01-02' for n in range(100)]
    rows += [f'o100;"c;\n;""1""";p;1;{late};2026-01-02']

    report = ingest(upload_text("\n".join([";".join(NAMES), *rows])), lake, Shop(), now=NOW)

    assert (report["refused"], len(passes)) == (0, 2)
    assert kept(lake, "CAST(unit_price AS DECIMAL(18, 4))") == ["12.5000"]

from __future__ import annotations

from patronage.cli.outputs import console
from patronage.cli.upload_report import print_report


def test_a_broken_rule_is_printed_in_plain_words_with_its_next_step(ingest_text, shop):
    report = ingest_text(
        "product_id,title\n" + "".join(f"p{n},Cup\n" for n in range(200)), key="raw/products/a.csv"
    )
    with console.capture() as printed:
        print_report(report, shop)
    assert (
        "  warning: price is missing in 100.0% of the rows; the rule products-without-price allows "
        "at most 50%; check that the export has the column, and that it is filled\n"
    ) in printed.get()


def test_an_upload_that_keeps_the_rules_prints_none(ingest_text, shop):
    report = ingest_text("product_id,title,price\np1,Cup,5\n", key="raw/products/a.csv")
    with console.capture() as printed:
        print_report(report, shop)
    assert "warning" not in printed.get()

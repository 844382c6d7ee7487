"""How a CSV text is cut, and where its header stands."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.logic.ingest.recognition import read_given, recognise_csv

ORDERS = ("order_id", "name", "price")


def recognised(text: str, *, is_whole: bool = True, **given):
    return recognise_csv(text, read_given(given), is_whole=is_whole)


@pytest.mark.parametrize(
    ("text", "delimiter", "quote", "header", "skipped"),
    [
        ("order_id,name,price\n1,lamp,2.50\n", ",", '"', ORDERS, 0),
        ("order_id;name;price\n1;lamp;2,50\n2;cup;3,10\n", ";", '"', ORDERS, 0),
        ("1;2,50\n2;3,10\n3;4,00\n", ";", '"', ("1", "2,50"), 0),
        ("order_id\tname\tprice\n1\tlamp, red\t2.50\n", "\t", '"', ORDERS, 0),
        ("order_id|name|price\n1|lamp, red|2.50\n2|cup|1\n", "|", '"', ORDERS, 0),
        ("1::Toy Story (1995)::Animation|Comedy\n2::Heat, The::Action|Crime\n", "::", '"', None, 0),
        (" order_id  name   price\n 0001 lamp   2.50\n 0002 cup   12.00 \n", " ", '"', ORDERS, 0),
        (" order_id , name ,price \n1, lamp ,2.50\n", ",", '"', ORDERS, 0),
        ('"order_id","name","price"\n"1","lamp, red","2.50"\n', ",", '"', ORDERS, 0),
        ('"order_id", "name", "price"\n1, "lamp, red", 2.50\n2, "cup", 1\n', ",", '"', ORDERS, 0),
        ("'order_id','name','price'\n'1','men''s lamp, red',2.50\n", ",", "'", ORDERS, 0),
        ("order_id,name,price\n1,men's,2.50\n2,'70s cup,1\n", ",", '"', ORDERS, 0),
        ('order_id\tname\tprice\n1\t24" lamp\t2.50\n2\t"Deluxe cup\t1\n3\ta\t1\n', "\t", "", ORDERS, 0),
        ('order_id,name,price\n1,"two\nlines, or\nthree",2.50\n2,cup,1\n', ",", '"', ORDERS, 0),
        ("order_id^name^price\n1^lamp^2\n", "^", '"', ORDERS, 0),
        ("name\nlamp\ncup\n", ",", '"', ("name",), 0),
        ("order_id\r\nlamp\r\n", ",", '"', ("order_id",), 0),
        ("order_id,name,price\r1,lamp,2\r2,cup,3", ",", '"', ORDERS, 0),
        ("order_id,name,price\r\r\n1,lamp,2\r\r\n", ",", '"', ORDERS, 0),
        ("id,tags\n1,x|y|z\n2,a|b|c\n3,d|e|f\n", ",", '"', ("id", "tags"), 0),
        ("at,price\n2024-01-01 10:00,5\n2024-01-02 11:00,6\n", ",", '"', ("at", "price"), 0),
        ("order_id,name,price\n", ",", '"', ORDERS, 0),
        ("hello world", ",", '"', ("hello world",), 0),
    ],
)
def test_the_cut_and_the_header(text, delimiter, quote, header, skipped):
    table = recognised(text)

    assert (table.delimiter, table.quote, table.skipped_lines) == (delimiter, quote, skipped)
    assert header is None or table.header == header
    assert table.has_header


@pytest.mark.parametrize(
    ("preamble", "skipped"),
    [
        ("\n", 1),
        (" \n\t\n", 2),
        ("Orders of the shop\n", 1),
        ("Orders\nFrom 2024-01-01 to 2024-02-01\n\n", 3),
        ("Sales, 2024\n", 1),
        ("# exported by a shop\n# on 2024-01-01\n", 2),
        ("Orders of the shop,,,\n,,,\n", 2),
        ("Period:,2024-01-01,,\n", 1),
        ('"Orders\nof two lines"\n', 2),
    ],
)
def test_a_preamble_is_skipped(preamble, skipped):
    table = recognised(preamble + "order_id,name,price,at\n1,lamp,2.50,2024-01-01\n2,cup,1,2024-01-02\n")

    assert table.header == ("order_id", "name", "price", "at")
    assert table.skipped_lines == skipped
    assert table.doubts == (
        ()
        if not preamble.strip()
        else (f"line {skipped + 1} was read as the first of the table; those before it were left out",)
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_line_by_which_excel_names_the_delimiter_is_no_doubt(delimiter):
    rows = delimiter.join(["order_id", "name", "price"]) + "\n" + delimiter.join(["1", "lamp", "2"]) + "\n"

    table = recognised(f"sep={delimiter}\n{rows}")

    assert (table.delimiter, table.skipped_lines, table.doubts) == (delimiter, 1, ())
    assert recognised(f"Orders\nsep={delimiter}\n{rows}").doubts


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("1,24,M,technician\n2,53,F,other\n", ("1", "24", "M", "technician")),
        ("a,b,c\n1,2\n", ("a", "b", "c")),
        ("order_id,name,price\n1,lamp,2,\n2,cup,3,\n", ("order_id", "name", "price")),
        ("anna,,\nbert,red,3\ncarl,blue,4\n", ("anna", "column1", "column2")),
        ("a,b\n1,2\n3,4,5\n6,7\n", ("a", "b")),
    ],
)
def test_no_preamble_is_seen_in_a_file_that_has_none(text, header):
    table = recognised(text)

    assert table.header == header
    assert table.skipped_lines == 0


def test_a_preamble_without_a_header_after_it_is_skipped_too():
    table = recognised("Ratings of the shop\n1,20,5\n1,21,4\n2,20,3\n")

    assert table.header == ("1", "20", "5")
    assert table.skipped_lines == 1


def test_names_become_distinct_and_none_is_empty_or_record():
    table = recognised("\ufeff,Price, PRICE ,record,price_1,\n1,2,3,4,5,6\n")

    assert table.header == ("column0", "Price", "PRICE_1", "record_1", "price_1_1", "column5")


@pytest.mark.parametrize(
    ("given", "header", "has_header", "skipped"),
    [
        ({"has_header": False}, ("column0", "column1", "column2"), False, 0),
        ({"header": ["user", "item", "stars"]}, ("user", "item", "stars"), False, 0),
        ({"header": ["user", "item", "stars"], "has_header": True}, ("user", "item", "stars"), True, 0),
        ({"skip_lines": 1}, ("1", "20", "5"), True, 1),
        ({"skip_lines": 0}, ("a", "b", "c"), True, 0),
        ({"delimiter": "\n"}, ("a,b,c",), True, 0),
        ({"delimiter": ";"}, ("a,b,c",), True, 0),
    ],
)
def test_what_is_stated_overrides(given, header, has_header, skipped):
    table = recognised("a,b,c\n1,20,5\n1,21,4\n", **given)

    assert (table.header, table.has_header, table.skipped_lines) == (header, has_header, skipped)
    assert table.delimiter == given.get("delimiter", ",")
    assert table.doubts == ()


def test_a_stated_header_of_another_length_is_a_doubt():
    assert recognised("1,2,3\n4,5,6\n", header=["a", "b"]).doubts == (
        "the settings name 2 columns, but most records have 3 cells",
    )


def test_a_stated_quote_is_kept():
    assert recognised("a,b\n'1',2\n", quote="").quote == ""
    assert recognised("a,b\n1,2\n", quote="'").quote == "'"


def test_a_sample_may_end_anywhere():
    text = 'a,b,c\n1,2,3\n4,"five\n six'

    assert recognised(text, is_whole=False).header == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("x" * 100, {}, "the first line is longer than 100 characters, too long for a header"),
        ("a,b\n1,2\n", {"skip_lines": 9}, "no record was found after the first 9 lines; check"),
        (",".join("x" * 10_001) + "\n1\n", {}, "the header has 10,001 cells, more than 10,000"),
    ],
)
def test_what_has_no_header_is_refused(text, given, message):
    with pytest.raises(BadInput) as caught:
        recognised(text, is_whole=False, **given)

    assert message in str(caught.value)

"""Where records end in bytes."""

from __future__ import annotations

import pytest

from patronage.logic.ingest.recognition import Cutting, even_line_ends, line_break, tabs_for_blanks


def cutting(**given) -> Cutting:
    return Cutting(**{"delimiter": ",", "quote": '"', "columns": 3, **given})


@pytest.mark.parametrize(
    ("complete", "rest"),
    [
        (b"1,2,3\n4,5,6\n", b""),
        (b"1,2,3\n4,5,6\n", b"7,8"),
        (b"1,2,3\r\n", b"4,5,6\r"),
        (b"", b"1,2,3"),
        (b'1,"2",3\n', b'4,"five\nsix'),
        (b'1,"2\n2",3\n', b'4,"five\nsix\n'),
        (b'1,"a ""b""\n c",3\n', b'4,""'),
        (b'1,24" lamp,3\n4,5,6\n', b'7,"8\n'),
        (b'1,24" lamp,3\n4,"5\n5",6\n', b"7"),
        (b'1,"a","b"\n1,24" lamp,3\n4,"\n5\n","6\n"\n', b'7,"\n8\n'),
        (b'"1", "2,\n2", 3\n', b'"4'),
        (b'1,"Deluxe" lamp,3\n4,5,6\n', b'"7'),
        (b'1,"","",\n', b'"'),
    ],
)
def test_the_last_complete_record(complete, rest):
    assert cutting().end_of_last_record(complete + rest) == len(complete)


@pytest.mark.parametrize(
    ("given", "complete", "rest"),
    [
        ({"quote": "'"}, b"1,'two\n2',3\n", b"4,'5\n"),
        ({"quote": ""}, b'1,"two\n', b"2,3"),
        ({"delimiter": "\n"}, b'1,"two\n', b"2,3"),
        ({"delimiter": "::"}, b'1::"two\n2"::3\n', b'4::"5\n'),
        ({"delimiter": " "}, b'1  "two\n2" 3\n', b'4 "5\n'),
        ({"newline": b"\r"}, b'1,"two\r\n2",3\r', b'4,"5\r'),
    ],
)
def test_the_last_complete_record_of_other_texts(given, complete, rest):
    assert cutting(**given).end_of_last_record(complete + rest) == len(complete)


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        (b"a,b,c\n", b"1,2,3\n"),
        (b'"a\n","b",c\n', b"1,2,3\n"),
        (b'a" x,b,c\n', b'1,"2,3\n'),
        (b'"a ""\n"" b",c\n', b"1\n"),
        (b"", b'a,"b\n1,2\n'),
        (b"", b"a,b"),
    ],
)
def test_the_first_record(first, rest):
    assert cutting().end_of_first_record(first + rest) == len(first)


def test_lines_of_the_right_number_of_cells_end_a_record_after_an_open_quote():
    rows = b"".join(b"%d,cup,3\n" % number for number in range(30))
    content = b'1,"Deluxe lamp,3\n' + rows + b"broken\n"

    assert cutting().end_of_last_record(content) == 0
    assert cutting().open_quote(content) == 2
    assert cutting().end_by_cells(content) == len(content) - len(b"broken\n")


@pytest.mark.parametrize(
    ("given", "content"),
    [
        ({}, b'1,"a,3\n' + b"4,5,6\n" * 19),
        ({"columns": 1}, b'"a\n' + b"b\n" * 40),
        ({}, b'1,"a\n' + b"b\n" * 40),
    ],
)
def test_too_few_such_lines_end_none(given, content):
    assert cutting(**given).end_by_cells(content) == 0


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("a,b\n1,2\n", '"', "\n"),
        ("a,b\r\n1,2\r\n", '"', "\n"),
        ("a,b\r1,2\r", '"', "\r"),
        ('a,b\r1,"2\n3"\r', '"', "\r"),
        ("a,b\r1,'2\n3'\r", "'", "\r"),
        ('a,b\n1,"2\r3"\n', '"', "\n"),
        ("a,b", "", "\n"),
    ],
)
def test_what_ends_a_line(text, quote, expected):
    assert line_break(text, quote) == expected


@pytest.mark.parametrize(
    ("content", "newline", "expected", "has_blank"),
    [
        (b"1,2\r\n3,4\r\n", b"\n", b"1,2\r\n3,4\r\n", False),
        (b"1,2\r\n3,4\n", b"\n", b"1,2\n3,4\n", False),
        (b"1,2\r\r\n3,4\r\r\n", b"\n", b"1,2\n3,4\n", False),
        (b"1,2\r3\n", b"\n", b"1,2 3\n", True),
        (b'1,"2\r3\n4"\n', b"\n", b'1,"2\r3\n4"\n', False),
        (b'1,"2\n3"\r\n4,5\r\n', b"\n", b'1,"2\n3"\r\n4,5\r\n', False),
        (b'1,"2\n3"\r\n4,5\n', b"\n", b'1,"2\n3"\n4,5\n', False),
        (b'1,2" x\r\n4,5\n', b"\n", b'1,2" x\n4,5\n', False),
        (b"1,2\r3,4\r", b"\r", b"1,2\n3,4\n", False),
        (b'1,"2\r\n3"\r4,5', b"\r", b'1,"2\r\n3"\n4,5', False),
    ],
)
def test_line_ends_become_one_kind(content, newline, expected, has_blank):
    assert even_line_ends(content, b'"', newline) == (expected, has_blank)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"  1   2 3  \n  4 5\t6\r\n", b"1\t2\t3\n4\t5\t6\r\n"),
        (b' 1 "two  words"  3\n', b'1\t"two  words"\t3\n'),
        (b' 1 24" 3\n', b'1\t24"\t3\n'),
    ],
)
def test_runs_of_blanks_become_tabs(content, expected):
    assert tabs_for_blanks(content, b'"') == expected

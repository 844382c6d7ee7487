"""Encodings, JSON's shapes, settings, and what is no table."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.logic.ingest.recognition import (
    Given,
    check_parquet_tail,
    container,
    is_one_list,
    json_shape,
    looks_like_json,
    read_given,
    recognise_encoding,
    refuse_bare_values,
    refuse_other_files,
    refuse_other_texts,
    sample_text,
    windows_1252_text,
)


@pytest.mark.parametrize(
    ("head", "given", "encoding", "doubt"),
    [
        (b"a,b\n1,2\n", "", "utf-8", ""),
        ("é,b\n".encode(), "", "utf-8", ""),
        ("\ufeffé,b\n".encode(), "", "utf-8", ""),
        ("é,b\n".encode("utf-16"), "", "utf-16-le", ""),
        ("\ufeffé,b\n".encode("utf-16-be"), "", "utf-16-be", ""),
        ("a,b\n1,é\n".encode("utf-16-le"), "", "utf-16-le", "the text has no byte order mark"),
        ("a,b\n1,é\n".encode("utf-16-be"), "", "utf-16-be", "the text has no byte order mark"),
        ("номер,цена\n1,2\n".encode("utf-16-be"), "", "utf-16-be", "the text has no byte order mark"),
        (b"a,b\n1,caf\xe9\n", "", "windows-1252", "line 2 is not UTF-8"),
        ("é à ü ".encode() + b"\xe9", "", "utf-8", ""),
        (b"a,b\n1,caf\xe9\n", "utf-8", "utf-8", ""),
        ("é,b\n".encode("utf-16"), "utf-16", "utf-16-le", ""),
        (b"a,b\n", "utf-16", "utf-16-le", "the text has no byte order mark"),
        (b"caf\xe9", "windows-1252", "windows-1252", ""),
    ],
)
def test_the_encoding(head, given, encoding, doubt):
    found, doubts = recognise_encoding(head, is_whole=True, given=given)

    assert found == encoding
    assert [text.startswith(doubt) for text in doubts] == ([True] if doubt else [])


def test_a_character_that_the_sample_cuts_is_no_fault():
    head = "café".encode()[:-1]

    assert recognise_encoding(head, is_whole=False) == ("utf-8", ())
    assert recognise_encoding(head, is_whole=True)[0] == "windows-1252"
    assert sample_text(head, "utf-8", is_whole=False) == "caf"


def test_every_byte_is_a_character_in_windows_1252():
    text = windows_1252_text(bytes(range(256)))

    assert (text[0x80], text[0x81], text[0x99], text[0xE9]) == ("€", "\x81", "™", "é")
    assert len(set(text)) == 256


@pytest.mark.parametrize(
    ("text", "shape", "keys"),
    [
        ('{"a": 1, "b": 2}\n{"a": 1, "c": 2}\n', "lines", ("a", "b", "c")),
        ('\n{"a": 1}\nbroken\n{"b": 1}\n', "lines", ("a", "b")),
        ('{"a: 1}\n{"b": 1}\n{"c": 1}\n', "lines", ("b", "c")),
        ('{"a": 1, "b": {"c": 2}}', "lines", ("a", "b")),
        ('{\n "a": 1\n}\n{\n "b": 1\n}', "lines", ("a", "b")),
        ('[{"a": 1}, {"b": [1, 2]}]', "array", ("a", "b")),
        ("[]", "array", ()),
        ('{"orders": [{"a": 1}, {"b": 2}]}', "object", ("a", "b")),
        ('{"orders": [\n{"a": 1},\n{"b": 2}\n]}', "object", ("a", "b")),
        ('{"4": [1, 2], "83": [3]}', "object", ("key", "value")),
        ('{"1": [{"a": 1}], "2": [{"a": 1}]}', "object", ("key", "value")),
        ('{"1": {"a": 1}}', "object", ("key", "value")),
    ],
)
def test_the_shape_of_json(text, shape, keys):
    assert looks_like_json(text)
    assert json_shape(text, is_whole=True) == (shape, keys)


@pytest.mark.parametrize(
    ("text", "shape", "keys"),
    [
        ('{"a": 1}\n{"b": 2}\n{"c": ', "lines", ("a", "b")),
        ('[{"a": 1}, {"b": [1, ', "array", ("a",)),
        ('{"orders": [{"a": 1}, {"b": [', "object", ("a",)),
        ('{"1": [{"a": 1}], "2": [{"', "object", ("key", "value")),
        ('{"1": "x', "object", ("key", "value")),
    ],
)
def test_the_shape_of_json_that_the_sample_cuts(text, shape, keys):
    assert json_shape(text, is_whole=False) == (shape, keys)


@pytest.mark.parametrize(
    "text", ["{order_id},name\n", "[section]\na=1\n", "1,2\n", "[1] first,second\n", "{", ""]
)
def test_what_is_no_json(text):
    assert not looks_like_json(text)


def test_an_array_of_values_has_no_columns():
    with pytest.raises(BadInput, match="the JSON array's elements are no objects"):
        json_shape('["a", "b"]', is_whole=True)


@pytest.mark.parametrize(
    "text",
    [
        "42\n",
        " null",
        "true",
        "-1.5e3",
        '"hello, world"',
        "[1]",
        '["a"]\n',
        '["a"]\n["b"]\n',
        "[1, 2, [3]]",
        "[1, {}]",
    ],
)
def test_json_that_holds_no_objects_is_told_as_json(text):
    with pytest.raises(BadInput, match=r'as an object such as \{"order_id": "1"\}'):
        refuse_bare_values(text, is_whole=True)


@pytest.mark.parametrize(
    "text",
    [
        "42,43\n",
        "42\n43\n",
        '"customer_id"\n',
        '"a","b"\n1,2\n',
        "null,x\n",
        "[id],[name]\n1,2\n",
        "[1],[2]\n",
        "[a]\n",
    ],
)
def test_a_csv_text_may_begin_as_a_json_value_does(text):
    refuse_bare_values(text, is_whole=True)


def test_a_sample_shows_an_array_of_values_but_no_lone_value():
    with pytest.raises(BadInput, match="the JSON array's elements are no objects"):
        refuse_bare_values("[1, 2, 3, 4", is_whole=False)
    refuse_bare_values("42", is_whole=False)


def test_an_object_that_holds_one_list_of_objects():
    assert is_one_list('{"orders": [{"a": 1}]}')
    assert is_one_list('{"orders": [') is False
    assert not is_one_list('{"orders": [1]}')
    assert not is_one_list('{"orders": [{}], "n": 1}')


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, Given()),
        ({}, Given()),
        ({"encoding": "Latin-1"}, Given(encoding="windows-1252")),
        ({"encoding": "UTF_16LE"}, Given(encoding="utf-16-le")),
        ({"delimiter": "::", "quote": ""}, Given(delimiter="::", quote="")),
        ({"delimiter": "\n"}, Given(delimiter="\n")),
        ({"header": ["a", "b"]}, Given(header=("a", "b"))),
        ({"has_header": False, "skip_lines": 2}, Given(has_header=False, skip_lines=2)),
        ({"format": "json", "sheet": "S", "member": "m"}, Given(kind="json", sheet="S", member="m")),
    ],
)
def test_settings_are_read(given, expected):
    assert read_given(given) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"delimeter": ";"},
            "'delimeter' is unknown; the known ones are delimiter, encoding, format, has_header",
        ),
        ({"encoding": "ebcdic"}, "encoding is 'ebcdic', but must be one of utf-8,"),
        ({"delimiter": ""}, "delimiter is '', but must be a text of 1 to 4 bytes"),
        ({"delimiter": "a"}, "delimiter is 'a'"),
        ({"delimiter": ",\n"}, "delimiter is ',\\n'"),
        ({"delimiter": ";;;;;"}, "delimiter is ';;;;;'"),
        ({"quote": "''"}, "quote is \"''\", but must be one ASCII character"),
        ({"quote": "«"}, "quote is '«'"),
        ({"has_header": "yes"}, "has_header is 'yes', but must be true or false"),
        ({"header": []}, "header is [], but must be a list of the columns' names"),
        ({"header": "a,b"}, "header is 'a,b'"),
        ({"skip_lines": -1}, "skip_lines is -1, but must be a whole number from 0"),
        ({"skip_lines": True}, "skip_lines is True"),
        ({"sheet": 1}, "sheet is 1"),
        ({"format": "xls"}, "format is 'xls', but must be one of csv, json, parquet, xlsx"),
    ],
)
def test_wrong_settings_are_refused(given, message):
    with pytest.raises(BadInput) as caught:
        read_given(given)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"PAR1", "parquet"),
        (b"PK,name\n", "text"),
        (b"", "text"),
    ],
)
def test_containers(head, expected):
    assert container(head) == expected


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"GIF89a", "a GIF picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx without a password, or as CSV"),
        (b"BZh91AY&SY", "packed by bzip2, which is not read; unpack it"),
        (b"\xfd7zXZ\0", "packed by xz"),
        (b"7z\xbc\xaf'\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x28\xb5\x2f\xfd", "packed by zstd"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"Obj\x01", "an Avro file"),
    ],
)
def test_files_that_are_no_tables(head, message):
    with pytest.raises(BadInput, match=message):
        refuse_other_files(head)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        (" \r\n\t", "the file is empty"),
        ("\n<!DOCTYPE html><html>", "an HTML page"),
        ("<html lang='en'>", "an HTML page"),
        ("<TABLE border=1>", "an HTML page"),
        ("<?xml version='1.0'?>", "an XML file"),
        ("a,b\n1,\0\n", "line 2 holds a NUL byte"),
    ],
)
def test_texts_that_are_no_tables(text, message):
    with pytest.raises(BadInput, match=message):
        refuse_other_texts(text)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "<html>x</html>"[1:], "<id>,name\n", "GIF,PDF\n", "BZh9,a\n"])
def test_texts_that_are_tables(text):
    refuse_other_texts(text)
    refuse_other_files(text.encode())


def test_the_end_of_a_parquet_file():
    check_parquet_tail(b"\x04\0\0\0PAR1", 16)
    with pytest.raises(BadInput, match="its footer is missing"):
        check_parquet_tail(b"\x04\0\0\0PAR1", 15)
    with pytest.raises(BadInput, match="its footer is missing"):
        check_parquet_tail(b"\x04\0\0\0PAR2", 16)
    with pytest.raises(BadInput, match="encrypted"):
        check_parquet_tail(b"\x04\0\0\0PARE", 16)

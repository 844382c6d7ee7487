"""A CSV file in chunks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patronage.engines.reading import Chunk, TextSource, recognise
from patronage.errors import BadInput


@pytest.fixture
def read(tmp_path):
    """Write a file, recognise and read it; return the source and its chunks."""

    def run(content: bytes, *, chunk_bytes: int = 1 << 20, **given) -> tuple[TextSource, list[Chunk]]:
        path = tmp_path / "file"
        path.write_bytes(content)
        source = TextSource(path, recognise(path, given=given), chunk_bytes=chunk_bytes)
        return source, list(source)

    return run


@pytest.mark.parametrize(
    ("content", "expected", "first_line", "delimiter"),
    [
        (b"a,b\n1,2\n3,4\n", b"1,2\n3,4\n", 2, ","),
        (b"a,b\r\n1,2\r\n3,4\r\n", b"1,2\r\n3,4\r\n", 2, ","),
        (b"a,b\r1,2\r3,4", b"1,2\n3,4", 2, ","),
        (b"a,b\n1,2\r\n3,4\n", b"1,2\n3,4\n", 2, ","),
        (b"\xef\xbb\xbfa,b\n\xc3\xa9,2\n", b"\xc3\xa9,2\n", 2, ","),
        ("\ufeffa;b\né;2\n".encode("utf-16-le"), "é;2\n".encode(), 2, ";"),
        ("\ufeffa;b\né;2\n".encode("utf-16-be"), "é;2\n".encode(), 2, ";"),
        ("a\tb\né\t2\n".encode("utf-16-le"), "é\t2\n".encode(), 2, "\t"),
        (b"a,b\n\xe9\x81\x80,2\n\xe9\xe9,1", "é\x81€,2\néé,1".encode(), 2, ","),
        (b"Orders\n\na,b\n\n\n1,2\n3,4\n\n\n", b"1,2\n3,4\n", 6, ","),
        (b"'a','b'\n'1,1','2'\n", b"'1,1','2'\n", 2, ","),
        (b'"a\nz","b"\n1,"2\n2"\n3,4\n', b'1,"2\n2"\n3,4\n', 3, ","),
        (b" a   b c\n 1  2 3 \n 4 5   6\n", b"1\t2\t3\n4\t5\t6\n", 2, "\t"),
        (b"a::b\n1::2\n", b"1::2\n", 2, "::"),
        (b"a,b\n", None, 0, ","),
        (b"a,b", None, 0, ","),
    ],
)
def test_chunks_are_utf8_without_the_header(read, content, expected, first_line, delimiter):
    source, chunks = read(content)

    assert [chunk.content for chunk in chunks] == ([] if expected is None else [expected])
    assert [chunk.first_line for chunk in chunks] == ([] if expected is None else [first_line])
    assert source.delimiter == delimiter
    assert all(chunk.lines is None for chunk in chunks)


def test_a_line_can_be_one_cell(read):
    source, chunks = read(b'1 "1 2\n2 3, 4\n', delimiter="\n", has_header=False)

    assert [chunk.content for chunk in chunks] == [b'1 "1 2\n2 3, 4\n']
    assert source.delimiter == "\x01"
    assert not chunks[0].has_quotes


def test_what_has_no_header_keeps_its_first_record(read, tmp_path):
    _, chunks = read(b"1,2\n3,4\n", header=["a", "b"])
    assert [(chunk.first_line, chunk.content) for chunk in chunks] == [(1, b"1,2\n3,4\n")]

    path = tmp_path / "file"
    later = replace(recognise(path), has_header=False)
    assert [chunk.content for chunk in TextSource(path, later)] == [b"1,2\n3,4\n"]


def test_chunks_end_with_records_and_tell_their_lines(read):
    rows = [b'%d,"two\nlines",x\n' % number for number in range(40)]

    _, chunks = read(b"title\na,b,c\n" + b"".join(rows), chunk_bytes=100)

    assert b"".join(chunk.content for chunk in chunks) == b"".join(rows)
    assert len(chunks) > 5
    line = 3
    for number, chunk in enumerate(chunks):
        assert (chunk.number, chunk.first_line, chunk.has_quotes) == (number, line, True)
        assert chunk.content.count(b"\n") % 2 == 0
        line += chunk.content.count(b"\n")


def test_a_source_can_be_read_again(read):
    source, chunks = read(b"a,b\n1,2\n" + b"3,\xe9\n" * 3, chunk_bytes=8)

    assert list(source) == chunks
    assert len(source.doubts) == 1


def test_a_file_may_turn_out_windows_1252_late(read):
    ascii_rows = b"1,cafe\n" * 200_000

    source, chunks = read(b"a,b\n" + ascii_rows + b"2,caf\xe9\n3,\x99\n", chunk_bytes=1 << 19)

    assert source.encoding == "windows-1252"
    assert chunks[-1].content.endswith("2,café\n3,™\n".encode())
    assert source.doubts == (
        "from line 200002 on the text is not UTF-8, so it was read as Windows-1252 (Latin-1); "
        "state its encoding if that is wrong",
    )


def test_damage_in_a_text_that_was_utf8_stays(read):
    head = "1,café\n".encode() * 150_000

    source, chunks = read(b"a,b\n" + head + b"2,caf\xe9\n", chunk_bytes=1 << 19)

    assert source.encoding == "utf-8"
    assert chunks[-1].content.endswith(b"2,caf\xe9\n")
    assert source.doubts == ()


def test_broken_utf16_is_a_doubt(read):
    source, chunks = read("\ufeffa,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8x")

    assert chunks[0].content == "1,2\n\ufffd".encode()
    assert len(source.doubts) == 1


def test_a_carriage_return_inside_a_line_is_a_doubt(read):
    source, chunks = read(b"a,b\n1,2\rx\n")

    assert chunks[0].content == b"1,2 x\n"
    assert source.doubts == ("carriage returns inside lines were read as blanks",)


def test_a_stray_quote_spoils_no_cut(read):
    rows = b"".join(b'%d,24" lamp,"a, b"\n' % number for number in range(3000))

    _, chunks = read(b"a,b,c\n" + rows, chunk_bytes=1000)

    assert b"".join(chunk.content for chunk in chunks) == rows
    assert all(chunk.content.endswith(b'"\n') for chunk in chunks)
    assert len(chunks) > 50


def test_rows_after_an_open_quote_are_cut_where_their_cells_add_up(read):
    rows = b"".join(b"%d,cup,3\n" % number for number in range(400_000))
    content = b'a,b,c\n"x","y","z"\n1,"Deluxe lamp,3\n' + rows

    _, chunks = read(content, chunk_bytes=1 << 19)

    assert b"".join(chunk.content for chunk in chunks) == content[6:]
    assert len(chunks) > 3


def test_a_quote_that_is_never_closed_names_its_line(read):
    content = b'a,b,c\n"x","y","z"\n2,3,4\n5,"never closed,6\n' + b"text\n" * 500_000

    with pytest.raises(BadInput) as caught:
        read(content, chunk_bytes=1 << 16)

    assert str(caught.value) == (
        "line 4 opens a quote that is not closed within 1 MB, so the rows after it cannot be told apart; "
        "close or double the quote there and upload the file again"
    )


def test_an_open_quote_near_the_end_is_left_to_the_reader(read):
    _, chunks = read(b'a,b\n"x","y"\n1,"2\n3,4\n')

    assert [chunk.content for chunk in chunks] == [b'"x","y"\n1,"2\n3,4\n']


def test_a_line_without_end_is_refused(read):
    with pytest.raises(BadInput, match="line 3 is longer than 1 MB, too long for a record"):
        read(b"a,b\n1,2\n" + b"x" * (3 << 20), chunk_bytes=1 << 16)

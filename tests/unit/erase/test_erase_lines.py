from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.erase.lines import without_lines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def in_blocks(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@given(
    lines=st.lists(st.binary(max_size=6).map(lambda line: line.replace(b"\n", b"")), max_size=12),
    ends_open=st.booleans(),
    gone=st.sets(st.integers(2, 14)),
    size=st.integers(1, 9),
)
def test_what_stays_is_the_same_bytes_wherever_blocks_end(lines, ends_open, gone, size):
    content = b"".join(line + b"\n" for line in lines)
    content = content[:-1] if ends_open else content
    *whole, rest = content.split(b"\n")
    written = [line + b"\n" for line in whole] + ([rest] if rest else [])
    kept = [line for number, line in enumerate(written, 1) if number not in gone]
    found = without_lines(in_blocks(content, size), [(line, line) for line in gone], b"\n")
    assert b"".join(found) == b"".join(kept)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@given(lines=st.lists(TEXTS.map(lambda text: text.replace("\n", "")), min_size=1, max_size=6))
def test_a_line_of_utf_16_ends_at_an_even_place(encoding, lines):
    # U+0A0D and U+0D0A hold the byte of a line feed without being one.
    lines = [f"{line}\u0a0d\u0d0a\u000d" for line in lines]
    text = "".join(f"{line}\n" for line in lines)
    newline = "\n".encode(encoding)
    found = b"".join(without_lines(in_blocks(text.encode(encoding), 3), [(2, 3)], newline))
    assert found.decode(encoding) == "".join(f"{line}\n" for line in [lines[0], *lines[3:]])


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b""])
def test_the_mark_of_an_encoding_stays_where_the_first_line_goes(mark):
    assert b"".join(without_lines([mark + b"first\nsecond\n"], [(1, 1)], b"\n")) == mark + b"second\n"


def test_lines_of_one_record_go_together():
    content = b"".join(b"%d\n" % number for number in range(1, 10))
    assert b"".join(without_lines([content], [(7, 8), (2, 4), (3, 5)], b"\n")) == b"1\n6\n9\n"

"""JSON of any shape, one document a line."""

from __future__ import annotations

import gzip
import json

import pytest

from patronage.engines.reading import TextSource, recognise
from patronage.errors import BadInput


@pytest.fixture
def read(tmp_path):
    def run(content: str | bytes, *, chunk_bytes: int = 1 << 20, **given):
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(TextSource(path, recognise(path, given=given), chunk_bytes=chunk_bytes))

    return run


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        ('{"a": 1.10}\n{"a": 1e5}\n', b'{"a": 1.10}\n{"a": 1e5}\n', None),
        ('{"a": 1}\r\n{"a": 2}', b'{"a": 1}\r\n{"a": 2}', None),
        ('{"a": 1}\r{"a": 2}\r', b'{"a": 1}\n{"a": 2}\n', None),
        ('{"a": 1}\n\n \n{"a": 2}\n', b'{"a": 1}\n{"a": 2}\n', (1, 4)),
        ('\n\n{"a": 1}\nbroken\n{"a": 2}\n', b'{"a": 1}\nbroken\n{"a": 2}\n', None),
        ('{\n "a": 1\n}\n{\n "a": 2\n}\n', b'{"a":1}\n{"a":2}\n', (1, 4)),
        ('[{"a": 12345678901234567890, "b": "x  y"},\n {"a": 1.10},\n\n {"a": 1e5}]',
         b'{"a":12345678901234567890,"b":"x  y"}\n{"a":1.10}\n{"a":1e5}\n', (1, 2, 4)),
        ('[{"a": "\\u00e9 \\"x\\" \\\\"}, {"b": "é"}]',
         '{"a":"\\u00e9 \\"x\\" \\\\"}\n{"b":"é"}\n'.encode(), (1, 1)),
        ('[{"a": 1}, 7, null]', b'{"a":1}\n7\nnull\n', (1, 1, 1)),
        ('{"orders": [\n{"a": [1, {"b": 2}]},\n{"a": 2}\n]}\n', b'{"a":[1,{"b":2}]}\n{"a":2}\n', (2, 3)),
        ('{"4": [1, 2],\n"83": {"c": 0.50}}',
         b'{"key":"4","value":[1,2]}\n{"key":"83","value":{"c":0.50}}\n', (1, 2)),
        ('{"a": 1, "b": [1]}', b'{"a": 1, "b": [1]}', None),
    ],
)  # fmt: skip
def test_documents_stand_one_a_line(read, text, expected, lines):
    chunks = read(text)

    assert [chunk.content for chunk in chunks] == [expected]
    assert chunks[0].lines == lines
    assert chunks[0].first_line == (lines[0] if lines else 1 + len(text) - len(text.lstrip("\n")))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(read, encoding):
    chunks = read('[{"a": "é"}]'.encode(encoding))

    assert chunks[0].content == '{"a":"é"}\n'.encode()


def test_an_array_in_windows_1252(read):
    assert read(b'[{"a": "caf\xe9"}]')[0].content == '{"a":"café"}\n'.encode()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_long_array_is_streamed(read, indent):
    rows = [{"id": str(number), "text": 'é[]{},"\\ ' * 20, "n": number / 4} for number in range(20_000)]
    content = json.dumps(rows, indent=indent, ensure_ascii=False).encode()

    chunks = read(gzip.compress(content), chunk_bytes=1 << 18)

    assert len(chunks) > 10
    assert [json.loads(line) for chunk in chunks for line in chunk.content.splitlines()] == rows
    lines = [line for chunk in chunks for line in chunk.lines]
    assert lines == ([1] * 20_000 if indent is None else list(range(2, 100_002, 5)))
    assert [chunk.first_line for chunk in chunks] == [chunk.lines[0] for chunk in chunks]


def test_json_lines_in_chunks(read):
    rows = b"".join(b'{"a": %d}\n' % number for number in range(1000))

    chunks = read(rows, chunk_bytes=100)

    assert b"".join(chunk.content for chunk in chunks) == rows
    assert [chunk.first_line for chunk in chunks[:2]] == [1, 1 + chunks[0].content.count(b"\n")]


def test_an_empty_array_has_no_chunks(read):
    assert read("[ ]") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1},\n{"a": 2}\n{"a": 3}]', "line 3: the JSON text is damaged (, is missing); mend it there"),
        ('[{"a": 1},\n{"a": }]', "line 2: the JSON text is damaged (Expecting value)"),
        ('[{"a": 1},\n{"a": 2}', "line 2: the JSON text is damaged (it ends too soon)"),
        ('[{"a": 1},\n{"a": "2', "line 2: the JSON text is damaged (Unterminated string starting at)"),
        ('[{"a": 1}]\n[{"a": 2}]', "line 2: the JSON text is damaged (something follows the end"),
        ('{"1": [1],\n"2": [2],\n3: 4}', "line 3: the JSON text is damaged (a key in double quotes is"),
        ('[{"a": 1},\n' + "[" * 100_000, "line 2: the JSON text is damaged (it is nested too deeply)"),
        ('[{"a": 1},\n{"a" 2},' + '{"a": 3},' * 300_000, "line 2: the JSON text is damaged (Expecting ':'"),
    ],
)  # fmt: skip
def test_damage_is_told_with_its_line(read, text, message):
    with pytest.raises(BadInput) as caught:
        read(text)

    assert str(caught.value).startswith(message)


def test_another_key_after_a_long_array_is_refused(read):
    rows = ",".join('{"a": "%s"}' % ("x" * 100) for _ in range(20_000))

    with pytest.raises(BadInput, match='another key follows the array "orders", which alone was read'):
        read(f'{{"orders": [{rows}], "customers": []}}')


def test_a_document_may_not_be_longer_than_64_mb(read):
    with pytest.raises(BadInput, match="line 2: the JSON document there is longer than 64 MB"):
        read(b'[\n{"a": "' + b"x" * (65 << 20))

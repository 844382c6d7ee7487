from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.serve.documents import PAGE_BYTES, member_pages, pack_document, unpack_document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_a_document_comes_back(document):
    assert unpack_document(pack_document(document)) == document


def test_a_large_document_stands_in_pages_that_an_item_can_hold():
    document = [f"{number * 2654435761 % 2**32:x}" for number in range(60_000)]
    pages = pack_document(document)
    assert len(pages) > 1
    assert all(len(page) <= PAGE_BYTES for page in pages)
    assert unpack_document(pages) == document


def test_equal_documents_give_equal_bytes():
    assert pack_document({"a": 1, "b": 2}) == pack_document({"b": 2, "a": 1})


@pytest.mark.parametrize("count", [0, 1, 20_000])
def test_each_page_of_members_stands_alone_and_none_is_lost(count):
    members = [(f"kunde/{number:06d}é", None if number % 7 == 0 else number) for number in range(count)]
    pages = list(member_pages(members))
    found = [tuple(each) for page in pages for each in json.loads(zlib.decompress(page))]
    assert found == members
    assert all(len(zlib.decompress(page)) <= PAGE_BYTES for page in pages)
    assert (len(pages) > 1) is (count == 20_000)

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.erase.documents import without_documents

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
DOCUMENTS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=6)
PLACES = st.sets(st.integers(0, 6))


def others(documents: list, gone: set[int]) -> list:
    return [document for place, document in enumerate(documents) if place not in gone]


@given(documents=DOCUMENTS, gone=PLACES, indent=st.sampled_from([None, 0, 2]))
def test_an_array_keeps_its_other_documents(documents, gone, indent):
    text = json.dumps(documents, indent=indent)
    assert json.loads(without_documents(text, gone, shape="array")) == others(documents, gone)


@given(documents=DOCUMENTS, gone=PLACES, indent=st.sampled_from([None, 2]))
def test_an_object_of_one_list_keeps_its_other_documents(documents, gone, indent):
    text = json.dumps({"orders": documents}, indent=indent)
    found = without_documents(text, gone, shape="object", is_one_list=True)
    assert json.loads(found) == {"orders": others(documents, gone)}


@given(pairs=st.dictionaries(st.text(max_size=3), VALUES, max_size=6), gone=PLACES)
def test_an_object_of_pairs_keeps_its_other_pairs(pairs, gone):
    found = json.loads(without_documents(json.dumps(pairs, indent=1), gone, shape="object"))
    assert found == dict(others(list(pairs.items()), gone))


@given(documents=DOCUMENTS, gone=PLACES, between=st.sampled_from(["\n", ",\n", "  "]))
def test_documents_one_after_the_other_keep_the_rest(documents, gone, between):
    text = between.join(json.dumps(document, indent=1) for document in documents)
    kept = between.join(json.dumps(document, indent=1) for document in others(documents, gone))
    assert without_documents(text, gone, shape="lines") == kept


def test_what_stays_is_written_as_it_was():
    text = '\ufeff[\n  {"id": 1.50, "n": "\\u00e9"},\n  {"id":2},\n  {"id" : 3}\n]\n'
    assert without_documents(text, {1}, shape="array") == text.replace('  {"id":2},\n', "")


def test_a_damaged_text_is_told():
    with pytest.raises(BadInput, match="damaged at character"):
        without_documents('[{"id": 1}, {"id": ]', {0}, shape="array")

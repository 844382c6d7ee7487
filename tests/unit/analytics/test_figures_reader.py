"""What a reader keeps in memory of the documents that were asked for."""

from __future__ import annotations

from analytics_support import MemoryTable, document_items

from patronage.stores.figures_reader import MOST_DOCUMENTS

RUN = "run-1"


def test_all_documents_of_a_run_are_read_once(published):
    names = sorted(
        key.split("#")[2] for key in published.table.items if key.startswith(f"analytics#{published.live}#")
    )
    documents = sorted(set(names))
    assert len(documents) > 30
    published.table.reads.clear()
    reader = published.table.reader()
    for name in documents * 2:
        assert reader.document(published.live, name) is not None
    assert len(published.table.reads) == len(names)


def test_the_document_that_was_asked_for_longest_ago_makes_room():
    table = MemoryTable()
    for number in range(MOST_DOCUMENTS + 1):
        table.put(*document_items(RUN, f"d{number}", number))
    reader = table.reader()
    for number in range(MOST_DOCUMENTS):
        assert reader.document(RUN, f"d{number}") == number
    reader.document(RUN, "d0")
    reader.document(RUN, f"d{MOST_DOCUMENTS}")
    table.reads.clear()
    assert (reader.document(RUN, "d0"), table.reads) == (0, [])
    assert (reader.document(RUN, "d1"), len(table.reads)) == (1, 1)

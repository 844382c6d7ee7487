"""The SQL stays in the subset that both engines run alike (DESIGN.md, section 2)."""

from __future__ import annotations

import re

import pytest

from patronage.logic.queries import query, query_names

FORBIDDEN = re.compile(r"\b(ASOF|quantile_cont|hash|timezone|list)\b\s*\(?", re.IGNORECASE)


@pytest.mark.parametrize("name", query_names())
def test_a_query_stays_in_the_subset_and_says_what_it_reads(name):
    text = query(name)
    assert text.startswith("--")
    statement = "\n".join(line.split("--")[0] for line in text.splitlines())
    assert not FORBIDDEN.findall(statement)
    assert "reads `" in text.lower()

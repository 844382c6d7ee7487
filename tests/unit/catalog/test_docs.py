"""What docs/lake.md tells and shows holds: its list of tables, its links, its examples."""

from __future__ import annotations

import importlib.util
import re
import runpy
from datetime import UTC, datetime

import pytest

from lake_support import add_part, files_of, rows_of
from patronage.logic.tables import ORDERS
from tests_support import REPOSITORY

DOCS = REPOSITORY / "docs"
EXAMPLES = sorted(DOCS.glob("examples/read_with_*.py"))
ROWS = """
    SELECT * FROM (VALUES
        ('o1', '1', 'France', 1250, TIMESTAMPTZ '2025-03-31 23:59:59+00'),
        ('o1', '2', 'France', 250, TIMESTAMPTZ '2025-03-31 23:59:59+00'),
        ('o2', '1', 'Japan', 9999, TIMESTAMPTZ '2025-04-01 00:00:00+00'),
        ('o3', '1', 'France', -500, TIMESTAMPTZ '2025-04-02 00:00:00+00')
    ) AS r(order_id, line, country, net_minor, ordered_at)
"""


@pytest.fixture
def lake(tmp_path, client):
    """Give a lake in which a first upload was replaced by a second."""
    root = tmp_path / "lake" / "orders"
    add_part(root, ORDERS, "a", "SELECT 'o1' AS order_id, 'Nowhere' AS country, 77777 AS net_minor")
    add_part(root, ORDERS, "b", ROWS, replaces=files_of(root)[0])
    return tmp_path / "lake"


def printed(path, capsys, monkeypatch, *arguments: str) -> dict[str, float]:
    monkeypatch.setattr("sys.argv", [str(path), *arguments])
    runpy.run_path(str(path), run_name="__main__")
    lines = (line.split() for line in capsys.readouterr().out.splitlines())
    return {words[0]: float(words[1]) for words in lines if len(words) == 2}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_reads_the_table_and_not_the_folder(path, lake, capsys, monkeypatch):
    assert printed(path, capsys, monkeypatch, str(lake)) == {"Japan": 99.99, "France": 10.0}


def test_an_older_version_can_be_read(lake, capsys, monkeypatch):
    path = DOCS / "examples" / "read_with_pandas.py"
    assert printed(path, capsys, monkeypatch, str(lake), "0") == {"Nowhere": 777.77}


def test_the_query_for_athena_sums_by_month(lake):
    """By DuckDB, whose words these are as well."""
    query = (DOCS / "examples" / "net_by_month.sql").read_text(encoding="utf-8")
    march, april = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
    rows = rows_of(lake / "orders", query.replace("FROM orders", "FROM lake"))
    assert rows == [(march, 1, 15.0), (april, 2, 94.99)]


def test_the_list_of_tables_is_that_of_the_schema():
    spec = importlib.util.spec_from_file_location("write_tables", DOCS / "write_tables.py")
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    page = (DOCS / "lake.md").read_text(encoding="utf-8")
    assert "| `order_id` | string |" in page
    assert writer.page_with(page) == page, "run: python docs/write_tables.py"


def test_the_page_links_to_files_and_sections_that_are_there():
    page = (DOCS / "lake.md").read_text(encoding="utf-8")
    sections = {
        line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", page):
        if target.startswith("#"):
            assert target[1:] in sections
        elif not target.startswith("https://"):
            assert (DOCS / target.partition("#")[0]).is_file(), target

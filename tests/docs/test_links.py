"""Links of pages to files of the repository that are no pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.repository_links import marked
from tests_support import REPOSITORY


@pytest.mark.parametrize(
    ("page", "link", "leads_to"),
    [
        ("lake.md", "../README.md", "repository:README.md"),
        ("how-to/a.md", "../../data/README.md#terms", "repository:data/README.md#terms"),
        ("how-to/a.md", "../examples", "repository:docs/examples"),
        ("lake.md", "examples/read_with_duckdb.py", "examples/read_with_duckdb.py"),
        ("lake.md", "segments.md#the-files", "segments.md#the-files"),
        ("lake.md", "#upkeep", "#upkeep"),
        ("lake.md", "https://example.com/a.md", "https://example.com/a.md"),
        ("lake.md", "../nothing.md", "../nothing.md"),
    ],
)
def test_a_link_out_of_the_pages_names_the_repository(page: str, link: str, leads_to: str):
    assert marked(f"see [it]({link}).", page=page, pages=REPOSITORY / "docs") == f"see [it]({leads_to})."


@pytest.mark.parametrize("folder", ["tutorials", "how-to", "explanation", "reference"])
def test_an_index_links_to_every_page_of_its_folder_where_no_toctree_is_drawn_too(folder: str):
    index = REPOSITORY / "docs" / folder / "index.md"
    shown = index.read_text(encoding="utf-8").partition("```{toctree}")[0]
    pages = {path.name for path in index.parent.glob("*.md")} - {"index.md"}
    assert {name for name in pages if f"]({name})" not in shown} == set()


def test_every_page_beside_the_folders_is_linked_by_an_index():
    docs = REPOSITORY / "docs"
    shown = "".join(path.read_text(encoding="utf-8") for path in docs.glob("*/index.md"))
    assert {path.name for path in docs.glob("*.md") if f"](../{path.name})" not in shown} == {"index.md"}


def test_links_between_files_of_the_repository_lead_to_something():
    """Sphinx holds the pages of docs; these are the others."""
    for page in [*REPOSITORY.glob("*.md"), *(REPOSITORY / ".github").rglob("*.md")]:
        for target in _targets(page):
            assert (page.parent / target).exists(), f"{page.relative_to(REPOSITORY)} links to {target}"


def _targets(page: Path) -> list[str]:
    found = []
    for part in page.read_text(encoding="utf-8").split("](")[1:]:
        target = part.partition(")")[0].partition("#")[0]
        if target and not target.startswith(("http", "mailto")):
            found.append(target)
    return found

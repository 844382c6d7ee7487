"""A Sphinx extension: links of a page to files of the repository that are no pages.

On a Git host ``[README](../README.md)`` opens the file. In the built pages it leads to the same file below
the setting ``repository_url``; where that is empty, to the file in the working copy they were built from.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCHEME = "repository:"
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
"""The target of a link that names no scheme."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension."""
    app.add_config_value("repository_root", "", "env", [str])
    app.add_config_value("repository_url", "", "env", [str])
    app.connect("source-read", _mark)
    app.connect("doctree-resolved", _point)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def marked(text: str, *, page: str, pages: Path) -> str:
    """Return the text of a page in which links to what is outside of the pages name the repository.

    Parameters
    ----------
    text : str
        Markdown.
    page : str
        The page below `pages`, with slashes.
    pages : Path
        The folder of the pages, which lies in the repository's root.
    """

    def mark(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(pages.name, posixpath.dirname(page), found[1]))
        target = pages.parent / path
        is_page_or_file = path.startswith(f"{pages.name}/") and target.is_file()
        if is_page_or_file or not target.exists():  # what leads to nothing is left to MyST, which warns
            return found[0]
        return f"{SCHEME}{path}{found[2] or ''}"

    return _LINK.sub(mark, text)


def _mark(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = marked(source[0], page=f"{docname}.md", pages=Path(app.srcdir))


def _point(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Lead each marked link to its place."""
    base = app.config.repository_url.rstrip("/")
    if not base:
        folder = Path(app.outdir, docname).parent
        base = os.path.relpath(app.config.repository_root, folder).replace(os.sep, "/")
    for link in doctree.findall(nodes.reference):
        if link.get("refuri", "").startswith(SCHEME):
            link["refuri"] = f"{base}/{link['refuri'].removeprefix(SCHEME)}"

"""How `make docs` builds these pages. Nothing is fetched: it works without a network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from patronage import __version__  # noqa: E402 - extensions of our own lie beside this file

project = "Patronage"
author = "the contributors of Patronage"
project_copyright = f"%Y, {author}; MIT"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "repository_links"]
exclude_patterns = ["__pycache__"]

# As a plain Git host reads Markdown: headings have its anchors, and pages hold few directives.
myst_heading_anchors = 4
myst_url_schemes = ["http", "https", "mailto", "repository"]
repository_root = str(HERE.parent)
repository_url = os.environ.get("PATRONAGE_REPOSITORY_URL", "")

# Types stand in the docstrings, in words; signatures would say them once more.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "__init__, __new__, __weakref__"}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
nitpicky = True
# Pygments ends a quote inside of a heredoc's document; bash itself reads each block in tests/docs.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"Patronage {version}"
html_copy_source = False
html_show_sourcelink = False

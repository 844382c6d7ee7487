"""Choose the one file inside an archive that is the data."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_NAMED = 10
_BY_THE_SYSTEM = {"thumbs.db", "desktop.ini"}
_DOCUMENTS = {
    ".doc", ".docx", ".gif", ".htm", ".html", ".jpeg", ".jpg", ".md", ".pdf", ".png", ".rst", ".rtf", ".svg",
    ".url",
}  # fmt: skip
_ABOUT = {
    "about",
    "changelog",
    "copying",
    "copyright",
    "license",
    "licence",
    "liesmich",
    "lisezmoi",
    "notice",
    "readme",
}
_OFFICE_PART = "[Content_Types].xml"


def is_workbook(names: Iterable[str]) -> bool:
    """Say whether the names inside a zip are those of an Excel workbook."""
    return any(name in ("xl/workbook.xml", "xl/workbook.bin") for name in names)


def choose_member(names: Iterable[str], *, given: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the name of the data file inside a zip, and what is in doubt of that.

    Documents, such as a readme, are told by their names and passed over.

    Parameters
    ----------
    names
        The names of all members; folders end in a slash.
    given
        The name that somebody states, or empty.

    Raises
    ------
    BadInput
        There is none, there are several that may be it, or the stated one is missing.
    """
    found = list(names)
    if _OFFICE_PART in found or "mimetype" in found:
        raise BadInput(
            "the file is an office document, but no Excel workbook; save its table as .xlsx or CSV"
        )
    files = [name for name in found if _is_data(name)]
    listed = ", ".join(files[:_MOST_NAMED]) + (" and more" if len(files) > _MOST_NAMED else "")
    if given:
        if given not in found:
            raise BadInput(f"the zip holds no file {given!r} (the setting member), but {listed or 'none'}")
        return given, ()
    if not files:
        raise BadInput("the zip holds no file; pack the table into it and upload it again")
    tables = [name for name in files if not _is_document(name)]
    if len(files) > 1 and len(tables) == 1:
        told = (
            f"the zip holds {len(files)} files ({listed}); {tables[0]} was read, the rest taken for documents"
        )
        return tables[0], (told,)
    if len(files) > 1:
        raise BadInput(
            f"the zip holds {len(files)} files ({listed}), of which only one can be read; "
            "upload each by itself, or state the setting member"
        )
    return files[0], ()


def _is_document(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.suffix in _DOCUMENTS or (path.suffix in {"", ".txt"} and path.stem in _ABOUT)


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not (name.endswith("/") or is_hidden or path.name.lower() in _BY_THE_SYSTEM)

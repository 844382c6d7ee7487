"""Choose the one file inside an archive that is the data."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_NAMED = 10
_BY_THE_SYSTEM = {"thumbs.db", "desktop.ini"}
_OFFICE_PART = "[Content_Types].xml"


def is_workbook(names: Iterable[str]) -> bool:
    """Say whether the names inside a zip are those of an Excel workbook."""
    return any(name in ("xl/workbook.xml", "xl/workbook.bin") for name in names)


def choose_member(names: Iterable[str], *, given: str = "") -> str:
    """Return the name of the data file inside a zip.

    Parameters
    ----------
    names
        The names of all members; folders end in a slash.
    given
        The name that somebody states, or empty.

    Raises
    ------
    BadInput
        There is none, there are several, or the stated one is missing.
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
        return given
    if not files:
        raise BadInput("the zip holds no file; pack the table into it and upload it again")
    if len(files) > 1:
        raise BadInput(
            f"the zip holds {len(files)} files ({listed}), of which only one can be read; "
            "upload each by itself, or state the setting member"
        )
    return files[0]


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not (name.endswith("/") or is_hidden or path.name.lower() in _BY_THE_SYSTEM)

"""Folders of files of a shop that is made up: which format and which folder may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def check_format(file_format: str, formats: Sequence[str]) -> None:
    """Refuse a format that there is not."""
    if file_format not in formats:
        raise BadInput(f"format {file_format!r} is unknown; choose one of {', '.join(formats)}")


def check_folder(folder: Path, mark: str, *, what: str) -> None:
    """Refuse a folder that holds something else than what was written there before.

    Parameters
    ----------
    folder : Path
        Absent, empty, or holding `what`.
    mark : str
        A file that is there wherever `what` is.
    what : str
        What is written, for the message.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file; name a folder with --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise BadInput(f"{folder} is not empty and holds no {what}; name another folder with --out")

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

from patronage.cloud import zip_folder

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path) -> Path:
    (folder / "python").mkdir(parents=True)
    (folder / "python" / "b.py").write_text("b")
    (folder / "a.sh").write_text("a")
    (folder / "a.sh").chmod(0o750)
    return folder


def test_the_same_content_is_the_same_zip(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one"), write(tmp_path / "two")
    os.utime(two / "a.sh", (0, 0))
    assert zip_folder(one) == zip_folder(two)


def test_names_are_relative_and_programs_stay_executable(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_folder(write(tmp_path / "one")))) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert modes == {"a.sh": 0o755, "python/b.py": 0o644}

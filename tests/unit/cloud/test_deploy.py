from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from patronage.cloud import zip_asset

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
    assert zip_asset(one) == zip_asset(two)


def test_names_are_relative_and_programs_stay_executable(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_asset(write(tmp_path / "one")))) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert modes == {"a.sh": 0o755, "python/b.py": 0o644}


def test_functions_share_one_copy_of_our_library(tmp_path: Path) -> None:
    library = tmp_path / "asset" / "python" / "patronage"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text('__version__ = "9"\n')
    (library / "part.py").write_text('NAME = "part"\n')
    shared = tmp_path / "shared"
    shared.mkdir()
    places = set()
    for process in ("one", "two"):
        layer = tmp_path / process
        with zipfile.ZipFile(io.BytesIO(zip_asset(tmp_path / "asset"))) as archive:
            archive.extractall(layer)
        said = "import patronage, patronage.part as p; print(patronage.__version__, p.NAME, p.__file__)"
        environment = {"PYTHONPATH": str(layer / "python"), "TMPDIR": str(shared)}
        done = subprocess.run(
            [sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True
        )
        version, name, place = done.stdout.split()
        assert (version, name) == ("9", "part")
        places.add(place)
    assert len(places) == 1
    (folder,) = shared.iterdir()
    assert places.pop().startswith(f"{folder}/")

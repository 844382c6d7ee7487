"""Third-party packages for Lambda's arm64 and Python 3.13, installed by pip, without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "layers"
PYTHON_VERSION = "3.13"
GLIBC_MINORS = range(34, 16, -1)
"""Lambda's Python 3.13 runs on Amazon Linux 2023, whose glibc is 2.34; wheels for an older one run too."""
PLATFORMS = (*(f"manylinux_2_{minor}_aarch64" for minor in GLIBC_MINORS), "manylinux2014_aarch64")

TRIMMED_FOLDERS = ("__pycache__", "tests", "include", "bin")
TRIMMED_FILES = ("*.pyc", "*.pyi", "*.pyx", "*.pxd", "*.h", "*.c", "*.a", "RECORD")
"""What no import needs: bytecode (Lambda writes its own), tests, headers, type stubs."""


def requirements_of(name: str) -> Path:
    """Return the file with the pinned requirements of a layer set."""
    return ROOT / "layers" / name / "requirements.txt"


def build_layer(name: str) -> Path:
    """Install a set's requirements into a folder, once for each content of the file.

    Parameters
    ----------
    name : str
        A key of `infra.names.LAYER_PACKAGES`, or `infra.names.JOB_SET`.

    Returns
    -------
    Path
        Folder with a `python` folder in it, as Lambda expects a layer.
    """
    requirements = requirements_of(name)
    recipe = requirements.read_bytes() + Path(__file__).read_bytes()
    target = BUILD / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if not target.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD, prefix=f".{name}-") as scratch:
            packages = Path(scratch) / "layer" / "python"
            _install(requirements, packages)
            _trim(packages)
            # Renamed when whole: a build that was cut off is never taken for a layer.
            packages.parent.rename(target)
    return target


def mark_unbuilt(name: str) -> Path:
    """Return a folder with a note instead of packages, for a cloud on this machine."""
    target = BUILD / f"{name}-unbuilt"
    target.mkdir(parents=True, exist_ok=True)
    note = f"The layer {name} was not built: its packages come from the environment that runs the function.\n"
    (target / "UNBUILT.txt").write_text(note, encoding="utf-8")
    return target


def unpacked_bytes(folder: Path) -> int:
    """Return what a folder weighs when Lambda has unpacked it, bytecode left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sum(path.stat().st_size for path in files)


def _install(requirements: Path, target: Path) -> None:
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--target", str(target), "--requirement", str(requirements)),
            *("--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"),
            *("--implementation", "cp", "--python-version", PYTHON_VERSION, *platforms),
            # Old pips hold packages to the Python that runs pip; the hashes already name Lambda's files.
            "--ignore-requires-python",
        ],
        check=True,
    )


def _trim(packages: Path) -> None:
    for name in TRIMMED_FOLDERS:
        for folder in list(packages.rglob(name)):
            if folder.is_dir():
                shutil.rmtree(folder)
    for pattern in TRIMMED_FILES:
        for file in packages.rglob(pattern):
            file.unlink()

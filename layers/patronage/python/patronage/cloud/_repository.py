"""Find the repository: the local cloud deploys its `infra/` and `functions/`.

In a checkout it is the checkout. A wheel takes along what is deployed (`hatch_build.py`). Of that and the
library itself a folder of the same shape is made, once for each content, among the user's caches: what is
installed may be read-only, and a deployment writes into its `build`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from patronage import __version__
from patronage.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).resolve().parents[1]
_PACKED = _PACKAGE / "_repository"
_LIBRARY = Path("layers") / "patronage" / "python" / "patronage"
_NOT_COPIED = {"__pycache__", _PACKED.name}
_KEPT_FOLDERS = 3


def repository() -> Path:
    """Return the repository's root: the checkout, or a folder of the same shape made from the wheel.

    Raises
    ------
    NotFound
        The package is neither of a checkout nor of a wheel of ours, or the folder cannot be written.
    """
    return _found(_PACKAGE)


def is_checkout(package: Path = _PACKAGE) -> bool:
    """Say whether the library lies in a checkout, where `make` is the way to all else."""
    return _root_of(package) is not None


def _found(package: Path) -> Path:
    if root := _root_of(package):
        return root
    if not (package / _PACKED.name / "infra" / "app.py").is_file():
        raise NotFound(
            f"{package} comes without infra/app.py, which the local cloud deploys; run from a checkout of "
            "Patronage, or install a wheel of it"
        )
    caches = _caches()
    try:
        return _unpacked(package, caches)
    except OSError as exc:
        raise NotFound(
            f"{caches} cannot be written ({exc.strerror}); name another folder in XDG_CACHE_HOME"
        ) from exc


def _root_of(package: Path) -> Path | None:
    root = package.parents[len(_LIBRARY.parts) - 1]
    is_there = package == root / _LIBRARY and (root / "infra" / "app.py").is_file()
    return root if is_there else None


def _caches() -> Path:
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path("~/.cache").expanduser()) / "patronage"


def _unpacked(package: Path, caches: Path) -> Path:
    folder = caches / f"{__version__}-{_digest(package)[:12]}"
    if not folder.is_dir():
        caches.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=caches, prefix=".making-") as making:
            root = Path(making) / "repository"
            shutil.copytree(package / _PACKED.name, root)
            for path in _library(package):
                target = root / _LIBRARY / path.relative_to(package)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            if not folder.exists():  # a demo beside this one may have been first
                root.rename(folder)
        _prune(caches)
    folder.touch()
    return folder


def _library(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*")):
        if path.is_file() and not _NOT_COPIED & set(path.relative_to(package).parts):
            yield path


def _digest(package: Path) -> str:
    packed = (path for path in sorted((package / _PACKED.name).rglob("*")) if path.is_file())
    digest = hashlib.sha256()
    for path in (*packed, *_library(package)):
        digest.update(f"\0{path.relative_to(package).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _prune(caches: Path) -> None:
    """Keep the newest folders: one for each version that is in use."""
    made = [path for path in caches.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for path in sorted(made, key=lambda folder: folder.stat().st_mtime)[:-_KEPT_FOLDERS]:
        shutil.rmtree(path, ignore_errors=True)

"""Zip files of a cloud assembly's folders, for functions and layers."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LIBRARY = Path("python") / "patronage"


def zip_asset(folder: Path) -> bytes:
    """Return an asset as a zip file, the same bytes for the same content.

    Of the layer of our own library the local cloud's functions share one copy; see `_unpacked`.
    """
    packed = _zipped({path.relative_to(folder).as_posix(): path for path in _files(folder)})
    if not (folder / _LIBRARY / "__init__.py").is_file():
        return packed
    first = Path(__file__).with_name("_unpacked.py")
    contents: dict[str, Path | bytes] = {
        "__init__.py": first,
        "library.zip": packed,
        "digest": hashlib.sha256(packed).hexdigest()[:16].encode(),
    }
    return _zipped({(_LIBRARY / name).as_posix(): content for name, content in contents.items()})


def _zipped(contents: Mapping[str, Path | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            is_program = isinstance(content, Path) and content.stat().st_mode & 0o111
            entry.external_attr = (stat.S_IFREG | (0o755 if is_program else 0o644)) << 16
            archive.writestr(entry, content.read_bytes() if isinstance(content, Path) else content)
    return packed.getvalue()


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]

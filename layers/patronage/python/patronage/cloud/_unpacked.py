"""Our library in the local cloud: unpacked once for all its functions, and compiled once.

This file stands for the library's own `__init__` in the layer that `deploy` uploads, beside the library as
one file. MiniStack unpacks a function's layers anew for each of its processes, and each would compile them.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

_PACKED = Path(__file__).with_name("library.zip")
_FOLDER = Path(tempfile.gettempdir()) / f"library-{Path(__file__).with_name('digest').read_text()}"

if not _FOLDER.is_dir():
    _making = Path(tempfile.mkdtemp(dir=_FOLDER.parent))
    with zipfile.ZipFile(_PACKED) as _archive:
        _archive.extractall(_making)
    try:
        _making.rename(_FOLDER)
    except OSError:  # another function's process was first
        shutil.rmtree(_making)

__path__ = [str(_FOLDER / "python" / "patronage")]
__file__ = str(_FOLDER / "python" / "patronage" / "__init__.py")
exec(compile(Path(__file__).read_bytes(), __file__, "exec"))  # noqa: S102 - the library's own first lines

"""Run MiniStack until the process that started it closes our standard input, however it ends.

A killed parent cannot clean up, so its child watches: at the end of the pipe it removes its folder and
kills its own process group, functions included. Started as ``python -m patronage.cloud._guarded FOLDER`` in
a session of its own; an extension, a Python file and a text for it, may follow the folder.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sys
import threading


def main() -> None:
    """Serve until the parent is gone."""
    folder, *extension = sys.argv[1:]
    del sys.argv[1:]  # MiniStack would read them
    threading.Thread(target=_die_with_parent, args=(folder,), daemon=True).start()
    from ministack import app  # type: ignore[import-untyped]

    # It would answer /health on every host, also on that of a distribution, whose pages are the dashboard's.
    app._HEALTH_PATHS = ("/_ministack/health",)
    if extension:
        _install(*extension)
    app.main()


def _install(path: str, told: str) -> None:
    spec = importlib.util.spec_from_file_location("ministack_extension", path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - it is a file of Python
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.install(told)


def _die_with_parent(folder: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()

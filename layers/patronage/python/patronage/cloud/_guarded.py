"""Run MiniStack until the process that started it closes our standard input, however it ends.

A killed parent cannot clean up, so its child watches: at the end of the pipe it removes its folder and
kills its own process group, functions included. Started as ``python -m patronage.cloud._guarded FOLDER`` in
a session of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading


def main() -> None:
    """Serve until the parent is gone."""
    folder = sys.argv.pop()
    threading.Thread(target=_die_with_parent, args=(folder,), daemon=True).start()
    from ministack import app  # type: ignore[import-untyped]

    # It would answer /health on every host, also on that of a distribution, whose pages are the dashboard's.
    app._HEALTH_PATHS = ("/_ministack/health",)
    app.main()


def _die_with_parent(folder: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()

"""Let the clock of a function go wrong: by the seconds that the file of `CHAOS_CLOCK` says when it starts.

MiniStack's environment puts this folder on the path of every process; those that run no function are left
alone. Handlers ask for the time and pass it on, so theirs is the clock that is turned; requests to AWS are
signed by the right one, without which they would be refused.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

HANDLER = "handler"


class Turned:
    """What a handler knows as `datetime`, its clock turned."""

    def __init__(self, seconds: float) -> None:
        self._by = timedelta(seconds=seconds)

    def now(self, tz=None):
        return datetime.now(tz) + self._by

    def __getattr__(self, name):
        return getattr(datetime, name)


class Turning:
    """Finds the module of the handler, and turns its clock once it is loaded."""

    def __init__(self, clock: Turned) -> None:
        self._clock = clock

    def find_spec(self, name, path=None, target=None):
        if name != HANDLER:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def turned(module):
            load(module)
            module.datetime = self._clock

        spec.loader.exec_module = turned
        return spec


_told = Path(os.environ.get("CHAOS_CLOCK", os.devnull))
if "_LAMBDA_FUNCTION_ARN" in os.environ and _told.is_file():
    sys.meta_path.insert(0, Turning(Turned(float(_told.read_text(encoding="utf-8")))))

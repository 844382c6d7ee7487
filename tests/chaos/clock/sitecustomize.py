"""Let the clock of a function go wrong: by the seconds that the file of `CHAOS_CLOCK` says when it starts.

MiniStack's environment puts this folder on the path of every process; those that run no function are left
alone.
"""

from __future__ import annotations

import datetime as _datetime
import os
import time as _time
from pathlib import Path


def _shift(seconds: float) -> None:
    now, real = _time.time, _datetime.datetime

    class Shifted(real):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(now() + seconds, tz)

        @classmethod
        def utcnow(cls):
            return cls.fromtimestamp(now() + seconds, _datetime.UTC).replace(tzinfo=None)

        @classmethod
        def __instancecheck__(cls, value):
            return isinstance(value, real)

    _time.time = lambda: now() + seconds
    _datetime.datetime = Shifted


_told = Path(os.environ.get("CHAOS_CLOCK", os.devnull))
if "_LAMBDA_FUNCTION_ARN" in os.environ and _told.is_file():
    _shift(float(_told.read_text(encoding="utf-8")))

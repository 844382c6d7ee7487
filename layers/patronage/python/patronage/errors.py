"""The exceptions that Patronage raises on purpose.

A message names the value, the rule that it breaks, and the next step. Branches are drawn where a
caller would act differently::

    PatronageError
    ├── BadInput          a file, argument or setting is wrong; mend it and try again
    │   ├── BadSettings   what is said of files is wrong, the file itself may be well
    │   └── LacksData     the lake does not hold what the question needs; upload it, or ask otherwise
    ├── NotFound          what was asked for does not exist
    ├── TryAgain          another worker was first, or a service was busy; the same call may succeed
    └── RunFailed         a run or a deployment ended without success; its cause is in the message
"""

from __future__ import annotations


class PatronageError(Exception):
    """Root of the tree. `exit_code` is what the command line ends with."""

    exit_code = 1


class BadInput(PatronageError):
    """The caller's input breaks a rule."""


class BadSettings(BadInput):
    """What a person wrote beside the files is wrong; `place` names where, without any word of it."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(message)
        self.place = place


class LacksData(BadInput):
    """The lake does not hold what the question needs."""

    exit_code = 2


class NotFound(PatronageError):
    """The thing that was named does not exist."""


class TryAgain(PatronageError):
    """A conflict or a throttle: nothing was written, the same call may succeed."""


class RunFailed(PatronageError):
    """A run, a step or a deployment ended without success."""

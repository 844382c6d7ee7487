"""The exceptions that Patronage raises on purpose.

A message names the value, the rule that it breaks, and the next step. Branches are drawn where a
caller would act differently::

    PatronageError
    ├── BadInput          a file, argument or setting is wrong; mend it and try again
    │   ├── BadField      one named field of a request or document breaks a rule
    │   ├── BadSettings   what is said of files is wrong, the file itself may be well
    │   └── LacksData     the lake does not hold what the question needs; upload it, or ask otherwise
    ├── NotFound          what was asked for does not exist
    ├── Unproved          what the caller shows (a token) is missing, expired or forged
    ├── Forbidden         the caller may not ask this
    ├── Conflict          what is there already stands against it
    ├── TryAgain          another worker was first, or a service was busy; the same call may succeed
    └── RunFailed         a run or a deployment ended without success; its cause is in the message
"""

from __future__ import annotations


class PatronageError(Exception):
    """Root of the tree. `exit_code` is what the command line ends with."""

    exit_code = 1


class BadInput(PatronageError):
    """The caller's input breaks a rule."""


class BadField(BadInput):
    """A field of a request or document breaks a rule; `field` and `rule` name the two for programs."""

    def __init__(self, message: str, *, field: str, rule: str) -> None:
        super().__init__(message)
        self.field = field
        self.rule = rule


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


class Unproved(PatronageError):
    """What the caller shows does not prove who they are."""


class Forbidden(PatronageError):
    """The caller has not shown that they may ask this."""


class Conflict(PatronageError):
    """The thing exists already, or is in a state that does not allow it."""


class TryAgain(PatronageError):
    """A conflict or a throttle: nothing was written, the same call may succeed."""


class RunFailed(PatronageError):
    """A run, a step or a deployment ended without success."""

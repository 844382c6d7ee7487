"""What a check found, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as NotConnected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from boto3 import Session

    from patronage.configuration import StackSettings

WELL, MISSING, NOTE = "✓", "✗", "-"
_REFUSED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be done, and with what settings.

    Parameters
    ----------
    action : str
        ``deploy``, ``diff``, ``destroy`` or ``bootstrap``.
    stack : StackSettings
        The settings of the stack, those of commands and context above those of the file.
    session : Session
        What asks AWS.
    """

    action: str
    stack: StackSettings
    session: Session

    @property
    def command(self) -> str:
        """Return the command that asked."""
        return f"make {self.action}"


@dataclass(frozen=True)
class Finding:
    """One line of the list: what was looked at, and what is so.

    Parameters
    ----------
    mark : str
        `WELL`, `MISSING` or `NOTE`.
    what : str
        What was looked at.
    said : str
        What is so; of what is missing, the cause.
    next_step : str
        What to do about it.
    """

    mark: str
    what: str
    said: str
    next_step: str = ""

    def lines(self) -> list[str]:
        """Return the finding as it is printed."""
        return [f"  {self.mark} {self.what}: {self.said}"] + (
            [f"      {self.next_step}"] if self.next_step else []
        )


def well(what: str, said: str) -> Finding:
    """Return that something is as it must be."""
    return Finding(WELL, what, said)


def missing(what: str, said: str, next_step: str) -> Finding:
    """Return that something is not as it must be."""
    return Finding(MISSING, what, said, next_step)


def note(what: str, said: str, next_step: str = "") -> Finding:
    """Return what nobody could look at, or what does not stand in the way."""
    return Finding(NOTE, what, said, next_step)


def found(what: str, check: Callable[[Asked], Finding], asked: Asked) -> Finding:
    """Return what a check finds; what it may not read is a note, and what fails is told in a sentence."""
    try:
        return check(asked)
    except ClientError as exc:
        return _told(what, exc)
    except (HTTPClientError, NotConnected) as exc:
        return missing(what, f"AWS was not reached: {exc}", "look at the network, and at HTTPS_PROXY")
    except BotoCoreError as exc:
        return missing(what, str(exc), "mend that and try again")


def _told(what: str, exc: ClientError) -> Finding:
    code, message = exc.response["Error"]["Code"], exc.response["Error"]["Message"]
    if code in _REFUSED:
        return note(what, f"not looked at: these credentials may not ask for {exc.operation_name}")
    return missing(what, f"{exc.operation_name} answered {code}: {message}", "try again")


def report(action: str, name: str, findings: Sequence[Finding]) -> tuple[str, bool]:
    """Return the list as a text, and whether nothing is missing."""
    lines = [f"Before make {action} of stack {name}", *_lines(findings)]
    lacking = sum(finding.mark == MISSING for finding in findings)
    if lacking:
        verb = "is" if lacking == 1 else "are"
        lines.append(f"{lacking} of {len(findings)} {verb} missing; nothing was changed.")
        lines.append(f"To go on all the same: make {action} CHECK=off")
    return "\n".join(lines), not lacking


def _lines(findings: Sequence[Finding]) -> list[str]:
    return [line for finding in findings for line in finding.lines()]

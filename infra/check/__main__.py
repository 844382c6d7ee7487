"""Look, print the list, and end with 1 where something is missing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from infra.check import account, caller, stack
from infra.check.findings import MISSING, Asked, Finding, found, note, report
from infra.context import add_arguments, asked_stack
from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from patronage.configuration import StackSettings

    Check = Callable[[Asked], Finding]

ROOT = Path(__file__).resolve().parents[2]
ACTIONS = ("deploy", "diff", "destroy", "bootstrap")


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at all that an action needs; nothing is changed."""
    parser = argparse.ArgumentParser(prog="python -m infra.check", description=__doc__)
    parser.add_argument("action", choices=ACTIONS)
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    try:
        wanted = asked_stack(parsed, ROOT)
    except BadInput as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    text, is_well = report(parsed.action, wanted.name, list(findings(parsed.action, wanted)))
    sys.stdout.write(f"{text}\n")
    return 0 if is_well else 1


def findings(action: str, wanted: StackSettings) -> Iterator[Finding]:
    """Yield what is so; without credentials and a Region the rest is not looked at."""
    checks = _checks(action, wanted)
    try:
        asked = Asked(action=action, stack=wanted, session=caller.new_session())
    except BotoCoreError as exc:
        yield caller.unusable(exc)
        yield from (_not_looked_at(what) for what in (caller.REGION, *checks))
        return
    who = found(caller.CREDENTIALS, caller.check_credentials, asked)
    where = found(caller.REGION, caller.check_region, asked)
    yield from (who, where)
    is_open = MISSING not in {who.mark, where.mark}
    for what, check in checks.items():
        yield found(what, check, asked) if is_open else _not_looked_at(what)


def _checks(action: str, wanted: StackSettings) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    if action != "bootstrap":
        checks |= {account.BOOTSTRAP: account.check_bootstrap, stack.STACK: stack.check_stack}
    if action == "deploy":
        checks |= {
            account.CONCURRENCY: account.check_concurrency,
            account.MEMORY: account.check_memory,
            account.LAYER: account.check_layer,
        }
        if wanted.spark:
            checks[account.SPARK] = account.check_spark
    return checks


def _not_looked_at(what: str) -> Finding:
    return note(what, "not looked at, as credentials or Region are missing")


if __name__ == "__main__":
    sys.exit(main())

"""`patronage init`: write a commented settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.lakes import CurrencyOption, TimezoneOption, stated
from patronage.cli.lines import say
from patronage.configuration import SETTINGS_FILE, write_settings


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path(SETTINGS_FILE),
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
) -> None:
    """Write a settings file that holds every setting, with its type, default and meaning.

    A file that is there already is left as it is.

    Example: `patronage init --currency GBP --timezone Europe/London`
    """
    write_settings(file, **stated(currency=currency, timezone=timezone))
    say(f"wrote {file}; set in it what differs, and leave the rest behind its #")

"""Write `docs/reference/events.md`, from the code that reads events.

Run `python -m docs.write_reference events`.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import TYPE_CHECKING

from docs.markdown import code, page, table
from patronage.logic.collect import events as posted
from patronage.logic.collect.events import LINE_FIELDS, MOST_OFF
from patronage.logic.collect.shapes import MOST_EVENTS, MOST_PRODUCTS, OWN_FIELDS
from patronage.logic.glue import comment, glue_type
from patronage.logic.ingest.event_words import EVENT_WORDS
from patronage.logic.tables import EVENT_TYPES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_INTRODUCTION = """
What `POST /api/v1/events` takes, and what of it is written down. How to send events, and what comes of
them: [events](../events.md).
"""
_OTHERS = {
    "event_id": "a text; made of the content where it is left out",
    "event_type": "a word [of those below](#the-words-of-an-event); required",
    "customer_id": "an id",
    "user_id": "another name of `customer_id`",
    "session_id": "an id",
    "occurred_at": "ISO 8601 with an offset, or milliseconds since 1970",
}


_POSTED = f"""## A posted event

One event is a JSON object; several, 1 to {MOST_EVENTS}, stand in `events`. An event of several products names
at most {MOST_PRODUCTS}. A time further than {MOST_OFF.total_seconds() / 3600:.0f} hours from the server's is
set to that limit."""
_RAW = f"""## A raw event

The function `collect` hands each row of an accepted event to Firehose as one line of JSON, which becomes part
of an object below `raw/events/`. A line holds {", ".join(map(code, LINE_FIELDS))};
the dialect `collected-events` reads it. Files of events that the shop uploads itself may have
[any known form](../dialects.md)."""
_WORDS = """## The words of an event

In files and in posted events. Blanks, underscores, hyphens or nothing may stand between the words, in small
letters, capitals or with capitals at the beginning."""


def events() -> str:
    """Return the page."""
    raw = TABLES["events"]
    columns = {each.name: each for each in raw.columns}
    fields = [
        (code(name), _takes(name), comment(columns[name]) if name in columns else "") for name in OWN_FIELDS
    ]
    rows = [
        (code(each.name), glue_type(each.type), comment(each), "yes" if each.required else "no")
        for each in raw.columns
    ]
    return page(
        "Events",
        "write_events",
        _INTRODUCTION,
        _POSTED,
        table(("field", "takes", "meaning"), fields),
        _RAW,
        "## A row of the lake",
        f"One row of `events` is {raw.meaning}. Told apart by {_listed(raw.identity)}; of the same row the "
        "newest counts.",
        table(("column", "type", "meaning", "required"), rows),
        _WORDS,
        table(("event", "words that mean it"), _words()),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def _takes(name: str) -> str:
    """Say what a field takes, in the words of what reads it."""
    if name in _OTHERS:
        return _OTHERS[name]
    reader: Callable[..., object] = posted._READERS[name]
    told = str(inspect.getdoc(reader)).partition("\n")[0]
    return told.removeprefix("Return ").removesuffix(".").replace(', "" where there is none', "")


def _words() -> list[tuple[str, str]]:
    """Return each type of event with the words that mean it, once however they are written."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for word, kind in EVENT_WORDS.items():
        if word == word.lower() and (" " in word or word.isalpha()):
            found[kind][word] = None
    known = {kind: {word.replace(" ", "") for word in words if " " in word} for kind, words in found.items()}
    return [
        (code(kind), ", ".join(code(word) for word in found[kind] if " " in word or word not in known[kind]))
        for kind in EVENT_TYPES
    ]

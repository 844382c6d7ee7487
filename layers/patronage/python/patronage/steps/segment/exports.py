"""Exports: a segment as the list that a mailing or advertising system imports, and who is left out of it."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound
from patronage.logic.formulas import harmless
from patronage.logic.queries import identifier, query
from patronage.logic.segments.audience_values import email_of, mailbox_key, phone_of
from patronage.logic.segments.audiences import CHANNELS, Contact, is_held_out, new_salt
from patronage.logic.segments.do_not_contact import DO_NOT_CONTACT, DoNotContact, read_do_not_contact
from patronage.logic.segments.methods import METHODS
from patronage.logic.tables import CUSTOMERS
from patronage.steps.manifest import Manifest
from patronage.steps.segment.audiences import keep_audience
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from patronage.logic.segments.audiences import Channel
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

SALT = "settings/held_out_salt.txt"
"""Where a shop's salt lies in the lake: made once, so that a held-out customer stays one."""

FATES = (
    "exported",
    "held_out",
    "do_not_contact",
    "without_consent",
    "consent_unknown",
    "without_address",
    "same_address",
)
"""What becomes of a customer of the segment; each has exactly one."""

_CONTACT = ("email", "phone", "first_name", "last_name", "city", "region", "postal_code", "country")


def exports(
    run_id: str,
    lake: Lake,
    segment_id: str,
    channel: str,
    output: Path,
    *,
    now: datetime,
    by: str = "rfm",
    with_unknown_consent: bool = False,
) -> dict[str, Any]:
    """Write a segment as the list that a channel imports, and keep who was held out.

    Left out is who is named in `settings/do_not_contact.csv`, who said no, and of whom the lake does not know
    that they said yes: who writes to people has to be able to show their consent (GDPR, article 7 (1);
    ePrivacy directive, article 13), and advertisers' lists may only hold people who gave it. Consent,
    addresses and the list are the newest, not those of the run: a no counts from the moment that it is known.
    Who is listed or said no under one id is left out under all that share a mailbox or a telephone with it.
    Of a person with several ids the first stands for all, and all are held out or none.

    Parameters
    ----------
    run_id, lake
        The run whose segments are exported, and where it lies.
    segment_id : str
        The segment, by its id.
    channel : str
        One of `CHANNELS`.
    output : Path
        The CSV file to write.
    now : datetime
        The instant of the call; a record of the two groups keeps it, by which the effect can be told later.
    by : str
        The method that made the segment, one of `METHODS`.
    with_unknown_consent : bool
        Take in customers of whom the lake holds neither yes nor no, because the shop keeps their consent
        elsewhere, or needs none.

    Returns
    -------
    dict
        ``segment_id``, ``channel``, ``by``, ``customers`` of the segment, of these the counts of `FATES`,
        which add up to it, ``unknown_lines`` of the do-not-contact list, and ``assignment_key``: the CSV in
        the lake that says of each customer who could be contacted whether they were (``customer_id``,
        ``group``: exported or held_out).

    Raises
    ------
    BadInput
        There is no such channel or method, or the do-not-contact list cannot be read.
    NotFound
        There is no such segment in the run.
    """
    chosen = CHANNELS[_one_of("channel", channel, CHANNELS)]
    column = METHODS[_one_of("method", by, METHODS)].column
    store = lake.store
    manifest = Manifest.load(store, run_id)
    listed = _do_not_contact(store)
    salt = _salt(store)
    with DuckEngine(manifest.shop) as engine:
        engine.scan("segments", [store.staged(f"runs/{run_id}/segments/customers.parquet")])
        _members(engine, column, segment_id)
        _contacts(engine, lake)
        shut_out = _shut_out(engine, listed)
        fates = _Fates(chosen, shut_out, salt, manifest.options.held_out_share, with_unknown_consent)
        assignment_key = f"runs/{run_id}/exports/{by}-{segment_id}-{channel}.csv"
        with store.writing(assignment_key) as path:
            counts = _write(engine, fates, segment_id, output, path)
        report = {
            "segment_id": segment_id,
            "channel": channel,
            "by": by,
            "customers": sum(counts.values()),
            **{fate: counts[fate] for fate in FATES},
            "unknown_lines": listed.unknown_lines(shut_out.known),
            "assignment_key": assignment_key,
        }
        share = manifest.options.held_out_share
        groups = store.staged(assignment_key)
        keep_audience(engine, store, report, groups, run_id=run_id, held_out_share=share, now=now)
    write_json(store, assignment_key.removesuffix(".csv") + ".json", report)
    return report


_EVERYBODY = """
SELECT customer_id, email, phone, country, COALESCE(NOT accepts_marketing, FALSE) AS has_refused
FROM contact_rows
UNION ALL
SELECT customer_id, NULL, NULL, NULL, FALSE FROM segments
"""


@dataclass(frozen=True)
class _ShutOut:
    """Whom no list may hold, by the keys of their addresses, and what the do-not-contact list names."""

    ids: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Of the list's entries the ids of customers and the telephone numbers."""


def _shut_out(engine: DuckEngine, listed: DoNotContact) -> _ShutOut:
    """Go through all customers of the lake, in the segment or not, for who is listed and who said no."""
    phones = {entry: phone for entry in listed.ids if entry[0] == "+" and (phone := phone_of(entry, None))}
    named = {*map(mailbox_key, listed.emails), *phones.values()}
    found = _ShutOut(listed=set(named), known=set(phones))
    for chunk in engine.chunks(_EVERYBODY):
        for customer_id, email, phone, country, has_refused in chunk:
            if not has_refused and not listed.ids:
                continue
            contact = Contact(customer_id=customer_id, email=email, phone=phone, country=country)
            keys = _keys(contact)
            if listed.names(customer_id, contact.mailbox) or keys & named:
                found.ids.add(customer_id)
                found.known.update({customer_id, customer_id.strip()})
                found.listed.update(keys)
            if has_refused:
                found.refused.update(keys)
    return found


def _keys(contact: Contact) -> set[str]:
    """Return every address at which a customer may be reached, written in one way."""
    mailboxes = (contact.mailbox, email_of(contact.customer_id))
    return {*(mailbox_key(each) for each in mailboxes if each), *filter(None, (contact.telephone,))}


def _person(contact: Contact) -> str:
    """Return what tells a person under whatever id: the mailbox, else the telephone, else the id."""
    mailbox = contact.mailbox
    return mailbox_key(mailbox) if mailbox else contact.telephone or contact.customer_id


class _Fates:
    """Decides what becomes of each customer, in the order of the ids."""

    def __init__(
        self, channel: Channel, shut_out: _ShutOut, salt: str, share: float, with_unknown: bool
    ) -> None:
        self.channel = channel
        self._shut_out = shut_out
        self._salt = salt
        self._share = share
        self._with_unknown = with_unknown
        self._seen: set[str] = set()

    def of(self, contact: Contact, consent: str) -> str:
        """Return the fate of a customer."""
        keys = _keys(contact)
        if contact.customer_id in self._shut_out.ids or keys & self._shut_out.listed:
            return "do_not_contact"
        if consent == "no" or keys & self._shut_out.refused:
            return "without_consent"
        if consent == "unknown" and not self._with_unknown:
            return "consent_unknown"
        if not self.channel.reaches(contact):
            return "without_address"
        person = _person(contact)
        if person in self._seen:
            return "same_address"
        self._seen.add(person)
        return "held_out" if is_held_out(person, self._salt, self._share) else "exported"


def _write(engine: DuckEngine, fates: _Fates, segment: str, output: Path, assignment: Path) -> Counter[str]:
    """Write the list and who is in which group; count the fates."""
    counts: Counter[str] = Counter()
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        output.open("w", encoding="utf-8", newline="") as list_file,
        assignment.open("w", encoding="utf-8", newline="") as group_file,
    ):
        listed, grouped = csv.writer(list_file), csv.writer(group_file)
        listed.writerow(fates.channel.columns)
        grouped.writerow(("customer_id", "group"))
        for contact, consent in _rows(engine):
            fate = fates.of(contact, consent)
            counts[fate] += 1
            if fate == "exported":
                listed.writerow(map(harmless, fates.channel.row(contact, segment)))
            if fate in {"exported", "held_out"}:
                grouped.writerow((contact.customer_id, fate))
    return counts


def _rows(engine: DuckEngine) -> Iterator[tuple[Contact, str]]:
    for chunk in engine.chunks(query("export_contacts")):
        for customer_id, *address, consent in chunk:
            yield Contact(customer_id=customer_id, **dict(zip(_CONTACT, address, strict=True))), consent


def _members(engine: DuckEngine, column: str, segment_id: str) -> None:
    """Keep the segment's customers as `segment_members`."""
    found = f"CAST({identifier(column)} AS VARCHAR)"
    engine.table(
        "segment_members",
        f"SELECT customer_id FROM segments WHERE {found} = $segment_id",
        segment_id=segment_id,
    )
    if engine.row("SELECT COUNT(*) AS customers FROM segment_members")["customers"]:
        return
    rows = engine.rows(f"SELECT DISTINCT {found} AS id FROM segments WHERE {found} IS NOT NULL ORDER BY id")
    names = [row["id"] for row in rows]
    raise NotFound(f"the run has nobody in segment {segment_id!r}; it has {', '.join(names) or 'none'}")


def _contacts(engine: DuckEngine, lake: Lake) -> None:
    """Show the newest customers as `contact_rows`; columns that an older lake lacks are null."""
    snapshot = lake.snapshot("customers")
    held: set[str] = set()
    if snapshot.version >= 0:
        engine.scan("customer_files", snapshot.files())
        held = {row["column_name"] for row in engine.rows("DESCRIBE customer_files")}
    cells = ", ".join(
        f"{name if name in held else f'CAST(NULL AS {CUSTOMERS[name].type})'} AS {name}"
        for name in ("customer_id", *_CONTACT, "accepts_marketing")
    )
    source = "FROM customer_files" if held else "WHERE FALSE"
    engine.run(f"CREATE VIEW contact_rows AS SELECT {cells} {source}")


def _do_not_contact(store: ObjectStore) -> DoNotContact:
    content = store.read_bytes(DO_NOT_CONTACT) if store.exists(DO_NOT_CONTACT) else b""
    return read_do_not_contact(content)


def _salt(store: ObjectStore) -> str:
    if not store.exists(SALT):
        store.write_bytes(SALT, new_salt().encode())
    return store.read_bytes(SALT).decode()


def _one_of(what: str, name: str, known: dict[str, Any]) -> str:
    if name in known:
        return name
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    raise BadInput(f"{name!r} is no {what}; {hint}")

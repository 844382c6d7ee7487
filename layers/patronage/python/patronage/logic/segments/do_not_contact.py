"""Who must not be contacted: the lake's `settings/do_not_contact.csv`.

A customer's id or e-mail address a line; a header and further cells may be there. It is read with caution: a
cell counts as both, an address whatever its case and blanks, and a file that cannot be read stops the export.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.segments.audience_values import email_of, gmail_folded

if TYPE_CHECKING:
    from collections.abc import Collection

DO_NOT_CONTACT = "settings/do_not_contact.csv"
"""Where the list lies in the lake."""

_HEADER = {
    "customer_id",
    "customer id",
    "customer",
    "id",
    "email",
    "e-mail",
    "email address",
    "e-mail address",
}


@dataclass(frozen=True)
class DoNotContact:
    """The list: ids byte for byte, e-mail addresses in lower case, and the line of each entry."""

    ids: dict[str, int]
    emails: dict[str, int]

    def names(self, customer_id: str, email: str | None) -> bool:
        """Say whether the list names a customer, by the id or by the address."""
        if customer_id in self.ids or customer_id.strip() in self.ids:
            return True
        addresses = {each for each in (email, email_of(customer_id)) if each}
        return any(each in self.emails or gmail_folded(each) in self.emails for each in addresses)

    def unknown_lines(self, known_ids: Collection[str]) -> list[int]:
        """Return the lines that are neither an e-mail address nor the id of a known customer."""
        mails = {line for entry, line in self.ids.items() if email_of(entry)}
        known = {line for entry, line in self.ids.items() if entry in known_ids}
        return sorted(set(self.ids.values()) - mails - known)


def read_do_not_contact(content: bytes) -> DoNotContact:
    """Read the list.

    Raises
    ------
    BadInput
        It is no UTF-8 text or no CSV: nobody is exported before it can be read.
    """
    try:
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise BadInput(
            f"{DO_NOT_CONTACT} cannot be read ({exc}); save it as CSV in UTF-8, "
            "a customer's id or e-mail address a line"
        ) from exc
    ids: dict[str, int] = {}
    emails: dict[str, int] = {}
    for line, row in rows:
        cells = [part.strip() for cell in row for part in (cell, *re.split("[;\t]", cell))]
        if line == 1 and any(cell.lower() in _HEADER for cell in cells):
            continue
        for cell in filter(None, cells):
            ids.setdefault(cell, line)
            email = email_of(cell)
            if email:
                emails.setdefault(email, line)
                emails.setdefault(gmail_folded(email), line)
    return DoNotContact(ids, emails)

"""The lists of customers that advertising and mailing systems import, each in its own columns.

Mailing systems write to people and get addresses as they are; advertising systems only look for them among
their own users and get SHA-256 hashes of what tells a person. The columns are those of

- Klaviyo, Help Center, "How to create and add subscribers to a new list" (article 115005078967);
- Mailchimp, "Format guidelines for your import file" (mailchimp.com/help);
- Meta, Business Help Centre, "How to format a customer list when creating a custom audience"
  (2082575038703844), hashed as "Customer Information Parameters" wants it;
- Google, Google Ads Help, "Formatting guidelines for uploading hashed data" (7476159): country and postal
  code are not hashed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from patronage.logic.segments.audience_values import (
    country_code,
    email_of,
    gmail_folded,
    hashed,
    name_of,
    phone_of,
    place_of,
    postal_code_of,
    trimmed_name,
)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What is known of a customer's address, as the shop's own file has it."""

    customer_id: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None

    @property
    def mailbox(self) -> str | None:
        """The e-mail address; shops that know customers by it alone have it as the id."""
        return email_of(self.email) or email_of(self.customer_id)

    @property
    def telephone(self) -> str | None:
        """The telephone number in E.164."""
        return phone_of(self.phone, self.country)


@dataclass(frozen=True)
class Channel:
    """A system that imports a list.

    Parameters
    ----------
    name : str
        What it is called.
    columns : tuple of str
        Its header, exactly.
    row : callable
        Writes a contact, of a segment by its name, as the cells of these columns.
    reaches : callable
        Whether the channel can find the contact at all.
    """

    name: str
    columns: tuple[str, ...]
    row: Callable[[Contact, str], tuple[str, ...]]
    reaches: Callable[[Contact], bool]


def _klaviyo(contact: Contact, segment: str) -> tuple[str, ...]:
    return (
        contact.mailbox or "",
        contact.telephone or "",
        *_plain(contact.first_name, contact.last_name, contact.city, contact.region, contact.postal_code),
        country_code(contact.country) or "",
        segment,
    )


def _mailchimp(contact: Contact, segment: str) -> tuple[str, ...]:
    names = _plain(contact.first_name, contact.last_name)
    return (contact.mailbox or "", *names, contact.telephone or "", segment)


def _meta(contact: Contact, _: str) -> tuple[str, ...]:
    code = country_code(contact.country)
    telling = (
        contact.mailbox,
        (contact.telephone or "").removeprefix("+"),
        name_of(contact.first_name),
        name_of(contact.last_name),
        place_of(contact.city),
        place_of(contact.region),
        postal_code_of(contact.postal_code, contact.country),
        code.lower() if code else None,
    )
    return tuple(map(hashed, telling))


def _google(contact: Contact, _: str) -> tuple[str, ...]:
    mailbox = contact.mailbox
    telling = (
        gmail_folded(mailbox) if mailbox else None,
        contact.telephone,
        trimmed_name(contact.first_name),
        trimmed_name(contact.last_name),
    )
    (postal_code,) = _plain(contact.postal_code)
    return (*map(hashed, telling), country_code(contact.country) or "", postal_code)


def _plain(*texts: str | None) -> tuple[str, ...]:
    return tuple((text or "").strip() for text in texts)


def _has_mailbox(contact: Contact) -> bool:
    return contact.mailbox is not None


def _can_be_matched(contact: Contact) -> bool:
    return contact.mailbox is not None or contact.telephone is not None


CHANNELS = {
    "klaviyo": Channel(
        "Klaviyo",
        (
            "Email",
            "Phone Number",
            "First Name",
            "Last Name",
            "City",
            "State / Region",
            "Zip Code",
            "Country",
            "Patronage Segment",
        ),
        _klaviyo,
        _has_mailbox,
    ),
    "mailchimp": Channel(
        "Mailchimp",
        ("Email Address", "First Name", "Last Name", "Phone Number", "Tags"),
        _mailchimp,
        _has_mailbox,
    ),
    "meta": Channel(
        "Meta custom audience",
        ("email", "phone", "fn", "ln", "ct", "st", "zip", "country"),
        _meta,
        _can_be_matched,
    ),
    "google": Channel(
        "Google Customer Match",
        ("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
        _google,
        _can_be_matched,
    ),
}
"""The channels by the name that a user gives."""


def new_salt() -> str:
    """Make a shop's salt: who is held out here says nothing of who is held out elsewhere."""
    return secrets.token_hex(16)


def is_held_out(customer_id: str, salt: str, share: float) -> bool:
    """Say whether a customer is left alone, so that the lift of acting on the others can be measured.

    The same customer always is or is not, in every run, segment and channel; a greater share holds out the
    same customers and others beside.
    """
    digest = sha256(f"{salt}\0{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < int(share * 2**64)

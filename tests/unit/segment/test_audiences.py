"""Addresses as advertisers want them: the examples are those of their own documentation."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from patronage.errors import BadInput
from patronage.logic.segments.audience_values import (
    country_code,
    email_of,
    gmail_folded,
    hashed,
    mailbox_key,
    name_of,
    phone_of,
    place_of,
    postal_code_of,
)
from patronage.logic.segments.audiences import CHANNELS, Contact, is_held_out
from patronage.logic.segments.do_not_contact import read_do_not_contact

# "Customer Information Parameters", developers.facebook.com
META_EXAMPLES = {
    "email": "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",  # John_Smith@gmail.com
    "phone": "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",  # (650)555-1212
    "fn": "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec",  # Mary
    "ln": "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c",  # Valéry
    "country": "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621",  # us
}
PERSON = Contact(
    customer_id="7",
    email=" John_Smith@gmail.com ",
    phone="(650)555-1212",
    first_name="Mary",
    last_name="Vale\u0301ry",  # e and its accent as two signs
    city="New York",
    region="NY",
    postal_code="94035-1234",
    country="United States",
)


def row(channel: str, contact: Contact) -> dict[str, str]:
    chosen = CHANNELS[channel]
    return dict(zip(chosen.columns, chosen.row(contact, "champions"), strict=True))


def test_meta_gets_the_hashes_of_its_own_examples():
    found = row("meta", PERSON)
    assert {name: found[name] for name in META_EXAMPLES} == META_EXAMPLES
    assert found["ct"] == sha256(b"newyork").hexdigest()
    assert found["st"] == sha256(b"ny").hexdigest()
    assert found["zip"] == sha256(b"94035").hexdigest()


def test_meta_keeps_letters_that_are_not_latin():
    assert hashed(name_of("정")) == "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"
    assert name_of("O'Brien-Smith 3rd") == "obriensmithrd"


def test_google_gets_an_address_as_its_own_examples_have_it():
    """ "Format user data", Data Manager API: the phone and name of its example, and what Gmail ignores."""
    contact = Contact(
        customer_id="7",
        email="cloudy.sanfrancisco+shopping@gmail.com",
        phone="(800)555-0100",
        first_name="John",
        postal_code="SW1A 1AA",
        country="UK",
    )
    american = Contact(customer_id="7", phone="(800)555-0100", country="US")
    found = row("google", contact)
    assert found["Email"] == sha256(b"cloudysanfrancisco@gmail.com").hexdigest()
    assert found["First Name"] == "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"
    assert (found["Country"], found["Zip"], found["Last Name"]) == ("GB", "SW1A 1AA", "")
    phone = row("google", american)["Phone"]
    assert phone == "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"
    assert gmail_folded("user.name+nyc@example.com") == "user.name+nyc@example.com"


def test_the_headers_are_those_that_the_systems_read():
    assert CHANNELS["klaviyo"].columns[0] == "Email"
    assert CHANNELS["mailchimp"].columns == (
        "Email Address",
        "First Name",
        "Last Name",
        "Phone Number",
        "Tags",
    )
    assert CHANNELS["meta"].columns == ("email", "phone", "fn", "ln", "ct", "st", "zip", "country")
    assert CHANNELS["google"].columns == ("Email", "Phone", "First Name", "Last Name", "Country", "Zip")


def test_mailing_systems_get_addresses_as_they_are():
    assert row("klaviyo", PERSON) == {
        "Email": "john_smith@gmail.com",
        "Phone Number": "+16505551212",
        "First Name": "Mary",
        "Last Name": PERSON.last_name,
        "City": "New York",
        "State / Region": "NY",
        "Zip Code": "94035-1234",
        "Country": "US",
        "Patronage Segment": "champions",
    }
    assert row("mailchimp", PERSON)["Email Address"] == "john_smith@gmail.com"
    assert row("mailchimp", PERSON)["Tags"] == "champions"


@pytest.mark.parametrize(
    ("text", "country", "found"),
    [
        ("020 7183 8750", "United Kingdom", "+442071838750"),
        ("+44 (0)20 7183 8750", None, "+442071838750"),
        ("0044 20 7183 8750", "FR", "+442071838750"),
        ("'+1 650-555-1212 ext. 7", None, "+16505551212"),
        ("1-800-888-8888", "us", "+18008888888"),
        ("06 1 234 5678", "Hungary", "+3612345678"),
        ("8 912 345-67-89", "RU", "+79123456789"),
        ("333 1234567", "Italia", "+393331234567"),
        ("34 612 34 56 78", "ES", "+34612345678"),
        ("39 1234 5678", "IT", None),  # a mobile of 391, or a number with Italy's code
        ("020 7183 8750", None, None),  # in which country?
        ("020 7183 8750", "Atlantis", None),
        ("12", "GB", None),
        ("7911123456.0", "GB", "+447911123456"),  # as a spreadsheet or data frame has it
        ("'+447911123456,00", None, "+447911123456"),
        ("(+44) 7911 123456", "US", "+447911123456"),
        ("٠٧٩١١ ١٢٣٤٥٦", "GB", "+447911123456"),
        ("01.23.45.67.00", "FR", "+33123456700"),
        ("4.47911E+11", "GB", None),
        ("+4,47911e+11", None, None),
        ("7911123456 or 7", "GB", None),
        ("020 7183 8750 extension 12", "GB", "+442071838750"),
        ("1-800-FLOWERS", "US", None),
        ("555-0199", "US", None),  # no area code
        ("555-0199", "GB", None),
        ("555-0199", "DE", None),
        ("650 555 121", "US", None),
        ("+1 650 555 12123", None, None),
        ("+1 150 555 1212", None, None),  # no area code begins with 1
        ("000-000-0000", "US", None),
        ("+44 020 7183 8750", None, None),  # the 0 is dialled inside the country alone
        ("+33 1 23 45 67 8", None, None),
        ("(868) 555-0123", "TT", "+18685550123"),
        ("33 12 34 56", "DK", "+4533123456"),
        ("05 1234567", "IT", "+39051234567"),
        ("06 698 12345", "IT", "+390669812345"),
        ("+44 1234567890123456", None, None),
        ("", "GB", None),
        (None, "GB", None),
    ],
)
def test_a_telephone_number_is_international_or_none(text, country, found):
    assert phone_of(text, country) == found


def test_countries_by_code_and_name():
    names = (
        "GB",
        "gb ",
        "UK",
        "GBR",
        "United Kingdom",
        "EIRE",
        "Deutschland",
        "Côte d'Ivoire",
        "zz",
        "Narnia",
    )
    assert list(map(country_code, names)) == ["GB"] * 5 + ["IE", "DE", "CI", "ZZ", None]
    assert country_code(None) is None


@pytest.mark.parametrize(
    "text", ["", None, "jane", "jane@", "@example.com", "a b@example.com", "jane@localhost"]
)
def test_what_is_no_email_address_is_none(text):
    assert email_of(text) is None


def test_a_mailbox_has_one_key_however_it_is_written():
    """Gmail Help, "Dots don't matter in Gmail addresses" (answer 7436150), and its other domain."""
    same = ("jane.doe@gmail.com", "JaneDoe@googlemail.com ", "\ufeffj.a.n.e.doe+shop@gmail.com\u200b")
    assert {mailbox_key(email_of(each) or "") for each in same} == {"janedoe@gmail.com"}
    others = ("jane.doe@example.com", "janedoe@example.com", "jane.doe+x@example.com")
    assert {mailbox_key(each) for each in others} == set(others)


def test_nothing_is_hashed_to_nothing():
    assert row("meta", Contact(customer_id="7")) == dict.fromkeys(CHANNELS["meta"].columns, "")
    assert set(row("google", Contact(customer_id="7")).values()) == {""}


def test_an_id_that_is_an_email_address_is_one():
    assert Contact(customer_id="Jane@Example.com").mailbox == "jane@example.com"
    assert Contact(customer_id="Jane@Example.com", email="new@example.com").mailbox == "new@example.com"


@given(st.text(max_size=30), st.sampled_from(["GB", "US", "IT", None]))
def test_writing_an_address_twice_changes_nothing(text, country):
    email, phone = email_of(text), phone_of(text, country)
    assert email is None or email_of(f" {email.upper()} ") in {email, email_of(email.upper())}
    assert phone is None or phone_of(phone, None) == phone
    for written in (name_of, place_of):
        once = written(text)
        assert once is None or written(once) == once
    code = postal_code_of(text, country)
    assert code is None or postal_code_of(code, country) == code


def test_one_in_ten_is_held_out_by_a_hash_that_stays():
    ids = [f"c{n}" for n in range(20_000)]
    held = {each for each in ids if is_held_out(each, "salt", 0.1)}
    low, high = binom.interval(1 - 1e-6, len(ids), 0.1)
    assert low <= len(held) <= high
    assert held == {each for each in reversed(ids) if is_held_out(each, "salt", 0.1)}
    assert held < {each for each in ids if is_held_out(each, "salt", 0.2)}
    other = {each for each in ids if is_held_out(each, "another shop's", 0.1)}
    low, high = binom.interval(1 - 1e-6, len(held), 0.1)
    assert low <= len(held & other) <= high, "another shop holds out others"
    assert not any(is_held_out(each, "salt", 0) for each in ids)
    assert is_held_out("c1", "salt", 0.5) == (sha256(b"salt\0c1").digest()[0] < 128)


def test_the_list_names_ids_and_addresses_with_caution():
    listed = read_do_not_contact(
        b"\xef\xbb\xbfcustomer_id\r\nc1\r\n\r\n Jane.Doe+news@Gmail.com ,by letter\r\nc2;x\r\nnobody\r\n"
    )
    assert listed.names("c1", None)
    assert listed.names("c2", None)
    assert listed.names("7", "jane.doe+news@gmail.com")
    assert listed.names("7", "janedoe@gmail.com")
    assert listed.names("JANEDOE@gmail.com", None)
    assert not listed.names("customer_id", None)
    assert not listed.names("c10", "jane@example.com")
    assert listed.unknown_lines({"c1", "c2"}) == [6]


def test_a_list_without_header_counts_from_its_first_line():
    assert read_do_not_contact(b"c1\nc2\n").ids == {"c1": 1, "c2": 2}
    assert not read_do_not_contact(b"").ids


@pytest.mark.parametrize("content", [b"c1\n\xff\xfe\n", b'c1\n"c2\n'])
def test_a_list_that_cannot_be_read_lets_nobody_through(content):
    with pytest.raises(BadInput, match=r"settings/do_not_contact\.csv cannot be read"):
        read_do_not_contact(content)

"""Times: read as Python's datetime and zoneinfo, pandas and the calendar say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.ingest.values import (
    TimeFormat,
    evidence_sql,
    given_time_format,
    guess_times,
    instant_sql,
    time_candidates,
)
from tests_support import examples

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO = given_time_format(["iso"])
KEYWORDS = ("iso", "epoch_s", "epoch_ms", "epoch_us", "excel")
DAY_FIRST = guess_times(["31/12/2010 10:00"], prefers_day_first=False).chosen
MONTH_FIRST = guess_times(["12/31/2010 10:00"], prefers_day_first=True).chosen

connection = duckdb.connect(config={"threads": 1})
connection.execute("SET TimeZone = 'Asia/Tokyo'")  # no expression may depend on the session's zone


def instants(texts: list[str], form: TimeFormat, zone: str = "UTC") -> list[datetime | None]:
    micros = connection.execute(
        f"SELECT epoch_us({instant_sql('x', form, zone=zone)}) FROM (SELECT unnest($x::VARCHAR[]) AS x)",
        {"x": texts},
    ).fetchall()
    return [None if each is None else EPOCH + timedelta(microseconds=each) for (each,) in micros]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_zone(naive: datetime, zone: str) -> datetime:
    """Of a time that exists twice the second; one that does not exist goes on by the gap."""
    first, second = (naive.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    is_twice = first.utcoffset() > second.utcoffset()
    return (second if is_twice else first).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-01-02 10:37:33", "2025-01-02 09:37:33"),
        ("2025-07-02T10:37:33", "2025-07-02 08:37:33"),
        ("2025-01-02 10:37", "2025-01-02 09:37:00"),
        ("2025/01/02 10:37", "2025-01-02 09:37:00"),
        ("2025-01-02", "2025-01-01 23:00:00"),
        ("2025/01/02", "2025-01-01 23:00:00"),
        ("2025-1-2 3:04:05", "2025-01-02 02:04:05"),
        ("  2025-01-02 10:37:33  ", "2025-01-02 09:37:33"),
        ("2025-01-02 10:37:33.123456", "2025-01-02 09:37:33.123456"),
        ("2025-01-02 10:37:33,5", "2025-01-02 09:37:33.5"),
        ("2025-01-02T10:37:33.123456789", "2025-01-02 09:37:33.123456"),
        ("2025-01-02T10:37:33Z", "2025-01-02 10:37:33"),
        ("2025-01-02T10:37:33.123Z", "2025-01-02 10:37:33.123"),
        ("2025-01-02 10:37:33 Z", "2025-01-02 10:37:33"),
        ("2025-01-02 10:37:33+02", "2025-01-02 08:37:33"),
        ("2025-01-02 10:37+02", "2025-01-02 08:37:00"),  # as long as a naive text
        ("2025-1-2 1:37+02:00", "2025-01-01 23:37:00"),
        ("2025-01-02T10:37:33+02:00", "2025-01-02 08:37:33"),
        ("2025-01-02T10:37:33.5-0330", "2025-01-02 14:07:33.5"),
        ("2025-12-06 10:37:33 -0500", "2025-12-06 15:37:33"),  # Shopify
        ("2019-10-01 00:00:00 UTC", "2019-10-01 00:00:00"),  # REES46
        ("2019-10-01 00:00:00GMT", "2019-10-01 00:00:00"),
        ("2025-01-02 24:00:00", "2025-01-02 23:00:00"),
        ("2200-12-31 23:59:59.999999", "2200-12-31 22:59:59.999999"),
        ("1900-01-01T00:00:00Z", "1900-01-01 00:00:00"),
    ],
)
def test_iso_8601_is_read_at_its_offset_else_in_the_zone(text, utc):
    assert instants([text], ISO, "Europe/Paris") == [at(utc)]


NO_TIMES = [
    "", " ", "x", "now", "today", "yesterday", "epoch", "infinity", "-infinity", "NaT", "null",
    "0000-00-00", "0000-00-00 00:00:00", "2025-02-30", "2010-02-31 00:00:00", "2025-13-01", "2025-00-10",
    "2025-01-02 25:00:00", "2025-01-02 10:60:00", "2025-01-02 23:59:60", "2025-01-02T", "2025-01-02 10",
    "1899-12-31 23:59:59", "2201-01-01 00:00:00", "9999-12-31", "99999-01-01", "20255-01-02 10:37:33",
    "205-01-02 10:37:33", "25-01-02   10:37:33", "0044-03-15 (BC)", "2025-01-02 (BC)",
    "2025-01-02 10:37:33 (BC)", "2025-01-02 10:37:33+99", "2025-01-02 10:37:33 Europe/London",
    "2025-01-02 10:37:33 EST", "2025-01-02 10:37:33 AM", "2025-01-02+02", "10:37:33", "2025-W01-1",
    "12/31/2010", "1293840000", "40513.35",
]  # fmt: skip


def test_what_is_no_time_in_iso_8601_is_null():
    found = dict(zip(NO_TIMES, instants(NO_TIMES, ISO, "Europe/Paris"), strict=True))
    assert found == dict.fromkeys(NO_TIMES)


ABSURD = [
    "31/02/2010 00:00", "00/00/0000", "01/13/2010 25:00", "1/1/0010", "1/1/1899", "1/1/2201", "1/1/201",
    "", "now", "infinity", "2010-12-01", "1/2/2010 3:04 XM", "1/2/2010 13:00 PM",
]  # fmt: skip


@pytest.mark.parametrize("form", [DAY_FIRST, MONTH_FIRST], ids=["day first", "month first"])
def test_absurd_dates_are_null(form):
    assert dict(zip(ABSURD, instants(ABSURD, form), strict=True)) == dict.fromkeys(ABSURD)


@settings(deadline=None)
@given(
    moment=st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30)),
    offset=st.none() | st.integers(-14 * 60, 14 * 60),
    sep=st.sampled_from(" T"),
    timespec=st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
)
@example(datetime(2025, 1, 1, 10), 120, " ", "minutes")
def test_any_text_that_datetime_writes_is_read_as_datetime_reads_it(moment, offset, sep, timespec):
    zone = UTC if offset is None else timezone(timedelta(minutes=offset))
    text = moment.replace(tzinfo=None if offset is None else zone).isoformat(sep, timespec)
    expected = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    assert instants([text], ISO) == [expected]


def unpadded(moment: datetime, pattern: str) -> str:
    return re.sub(r"\b0(?=[0-9]/)", "", moment.strftime(pattern))


WRITERS = {
    "ISO 8601": lambda t: t.strftime("%Y-%m-%d %H:%M:%S"),
    "ISO 8601 T": lambda t: t.isoformat(timespec="milliseconds"),
    "day/month/year": lambda t: t.strftime("%d/%m/%Y %H:%M:%S"),
    "day/month/year short": lambda t: unpadded(t, "%d/%m/%y %H:%M:%S"),
    "day/month/year dots": lambda t: t.strftime("%d.%m.%Y, %H:%M:%S"),
    "day/month/year dashes": lambda t: t.strftime("%d-%m-%Y %I:%M:%S %p"),
    "month/day/year": lambda t: unpadded(t, "%m/%d/%Y %H:%M:%S"),
    "month/day/year browser": lambda t: unpadded(t, "%m/%d/%Y, %I:%M:%S\u202f%p"),
    "day Month year": lambda t: t.strftime("%d-%b-%Y %H:%M:%S"),
    "day Month year long": lambda t: t.strftime("%d %B %Y %H:%M:%S"),
    "Month day, year": lambda t: t.strftime("%b %d, %Y %I:%M:%S %p"),  # Magento
    "Month day, year long": lambda t: t.strftime("%A, %B %d, %Y %H:%M:%S"),
    "YYYYMMDD": lambda t: t.strftime("%Y%m%d%H%M%S"),
    "year.month.day": lambda t: t.strftime("%Y.%m.%d %H:%M:%S"),
    "year.month.day Hungarian": lambda t: t.strftime("%Y. %m. %d. %H:%M:%S"),
    "year.month.day unpadded": lambda t: f"{t.year}.{t.month}.{t.day} {t:%H:%M:%S}",
    "YYYYMMDD T": lambda t: t.strftime("%Y%m%dT%H%M%S"),
}
CHANGES = [
    datetime(2025, 3, 30, 1, 30),  # London goes from 1:00 to 2:00
    datetime(2025, 10, 26, 1, 30),  # and from 2:00 back to 1:00
    datetime(2025, 3, 9, 2, 30),  # New York goes from 2:00 to 3:00
    datetime(2025, 11, 2, 1, 30),  # and back
]


@settings(deadline=None)
@given(
    writer=st.sampled_from(sorted(WRITERS)),
    zone=st.sampled_from(["Europe/London", "America/New_York", "UTC"]),
    moments=st.lists(st.datetimes(datetime(1970, 2, 1), datetime(2037, 1, 1)), max_size=8),
    prefers_day_first=st.booleans(),
)
def test_a_column_with_one_decisive_row_gives_its_instants_back(writer, zone, moments, prefers_day_first):
    moments = [t.replace(microsecond=0) for t in (*moments, datetime(2024, 12, 31, 12, 5, 6), *CHANGES)]
    texts = [WRITERS[writer](t) for t in moments]
    guess = guess_times(texts, prefers_day_first=prefers_day_first)
    assert (guess.rivals, guess.doubt) == ((), "")
    assert writer.startswith(guess.chosen.name)
    assert instants(texts, guess.chosen, zone) == [in_zone(t, zone) for t in moments]


@pytest.mark.parametrize(
    ("zone", "naive", "utc"),
    [
        ("Europe/London", "2025-03-30 01:30:00", "2025-03-30 01:30:00"),  # never was: read as 02:30 BST
        ("Europe/London", "2025-10-26 01:30:00", "2025-10-26 01:30:00"),  # twice: the second, GMT
        ("America/New_York", "2025-03-09 02:30:00", "2025-03-09 07:30:00"),  # never was: read as 03:30 EDT
        ("America/New_York", "2025-11-02 01:30:00", "2025-11-02 06:30:00"),  # twice: the second, EST
        ("+05:30", "2025-03-09 02:30:00", "2025-03-08 21:00:00"),
        ("-03:00", "2025-03-09 02:30:00", "2025-03-09 05:30:00"),
        ("Asia/Kolkata", "2025-03-09 02:30:00", "2025-03-08 21:00:00"),
    ],
)
def test_naive_times_at_the_changes_of_the_clock(zone, naive, utc):
    assert instants([naive], ISO, zone) == [at(utc)]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Sat, 06 Dec 2025 10:37:33 +0000", "2025-12-06 10:37:33"),
        ("Sat, 06 Dec 2025 10:37:33 GMT", "2025-12-06 10:37:33"),
        ("6 Dec 2025 10:37:33 -0500", "2025-12-06 15:37:33"),
        ("31.12.2025 10:37:33 UTC", "2025-12-31 10:37:33"),  # Amazon's settlement reports
        ("31/12/2025 10:37 PM +01:00", "2025-12-31 21:37:00"),
        ("12/31/2025 10:37:33Z", "2025-12-31 10:37:33"),
        ("20251206T103733Z", "2025-12-06 10:37:33"),
        ("01-Dec-2010", "2010-11-30 23:00:00"),
        ("01-Jan-1995", "1994-12-31 23:00:00"),
        ("Dec 1, 2010", "2010-11-30 23:00:00"),
        ("1 December 2010", "2010-11-30 23:00:00"),
        ("Dec. 1, 2010", "2010-11-30 23:00:00"),
        ("31/12/69", "1969-12-30 23:00:00"),
        ("31/12/68", "2068-12-30 23:00:00"),
        ("20101201", "2010-11-30 23:00:00"),
        ("20101201 10:00", "2010-12-01 09:00:00"),
        ("1/31/2010 12:00 AM", "2010-01-30 23:00:00"),
        ("1/31/2010 12:00PM", "2010-01-31 11:00:00"),
        ("1396321012", "2014-04-01 02:56:52"),
        ("1396321012.277", "2014-04-01 02:56:52.277"),
        ("1396321012277", "2014-04-01 02:56:52.277"),
        ("1396321012277000", "2014-04-01 02:56:52.277"),
    ],
)
def test_other_formats(text, utc):
    guess = guess_times([text], prefers_day_first=True)
    assert instants([text], guess.chosen, "Europe/Paris") == [at(utc)]


@pytest.mark.parametrize("day_first", [True, False])
def test_ambiguous_dates_are_read_as_pandas_reads_them(day_first):
    texts = ["1/2/2010 3:04", "03.04.2011", "5-6-12 7:08:09 PM", "11/12/2013, 14:15:16"]
    guesses = [guess_times([text], prefers_day_first=day_first).chosen for text in texts]
    assert {guess.day_first for guess in guesses} == {day_first}
    expected = [pd.to_datetime(text.replace(",", ""), dayfirst=day_first, utc=True) for text in texts]
    assert [instants([text], form)[0] for text, form in zip(texts, guesses, strict=True)] == expected


@settings(deadline=None)
@given(st.floats(61, 100_000), st.sampled_from(["UTC", "Europe/London"]))
def test_excel_days_are_read_as_pandas_reads_them_but_never_guessed(days, zone):
    text = f"{days:.8f}"
    expected = pd.to_datetime(float(text), unit="D", origin="1899-12-30").round("ms").to_pydatetime()
    (found,) = instants([text], given_time_format(["excel"]), zone)
    assert abs(found - in_zone(expected, zone)) <= timedelta(milliseconds=1)
    assert guess_times([text], prefers_day_first=True).chosen is None


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)), st.sampled_from([0, 3, 6]))
def test_epochs_are_told_apart_by_their_magnitude(moment, digits):
    moment = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    unit = 10 ** (6 - digits)
    texts = [str(micros // unit)] + ([f"{micros // unit}.{micros % unit:06d}"] if digits == 0 else [])
    expected = [EPOCH + timedelta(microseconds=micros // unit * unit), moment][: len(texts)]
    guess = guess_times(texts, prefers_day_first=True)
    names = {0: "epoch seconds", 3: "epoch milliseconds", 6: "epoch microseconds"}
    assert (guess.chosen.name, guess.rivals) == (names[digits], ())
    assert instants(texts, guess.chosen, "Europe/London") == expected


@pytest.mark.parametrize(
    "text", ["1_396_321_012", "0x533A2DF4", "inf", "nan", "1e99", "99999999999999999999", ""]
)
def test_texts_that_a_cast_to_a_number_would_take_are_no_epochs(text):
    assert [instants([text], given_time_format([each])) for each in KEYWORDS] == [[None]] * len(KEYWORDS)


def test_an_exponent_is_an_epoch_that_a_data_frame_wrote():
    assert instants(["1.396321012e9"], given_time_format(["epoch_s"])) == [at("2014-04-01 02:56:52")]


def test_a_row_beyond_the_sample_may_have_another_time_of_day_or_two_digits_of_the_year():
    form = guess_times(["31/12/2010 10:00"], prefers_day_first=False).chosen
    texts = ["31/12/2010", "1/2/10 3:04", "31/12/2010 10:00:01", "31/12/2010 10:00 PM"]
    assert instants(texts, form) == list(
        map(at, ["2010-12-31", "2010-02-01 03:04", "2010-12-31 10:00:01", "2010-12-31 22:00"])
    )


def test_dots_behind_a_year_of_four_digits_say_nothing_of_a_year_of_two():
    form = guess_times(["2026.11.02"], prefers_day_first=True).chosen
    texts = ["2026.11.2", "2026.11.02 10:30", "2026.11.02 10:30+02:00", "22.11.26", "2026.13.02"]
    expected = [at("2026-11-02"), at("2026-11-02 10:30"), at("2026-11-02 08:30"), None, None]
    assert instants(texts, form) == expected


def test_one_format_a_column_so_a_date_of_the_other_order_is_refused():
    assert instants(["13/01/2010 00:00", "01/13/2010 00:00"], MONTH_FIRST) == [None, at("2010-01-13")]
    assert instants(["13/01/2010 00:00", "01/13/2010 00:00"], DAY_FIRST) == [at("2010-01-13"), None]


def test_evidence_counts_what_only_one_format_reads():
    texts = ["13/01/2010 1:00", "14/01/2010", "01/02/2010 1:00", "01/13/2010 1:00", "31/02/2010", "x", None]
    first, second = evidence_sql("x", [DAY_FIRST, MONTH_FIRST])
    (found,) = connection.execute(
        f"SELECT {first}, {second} FROM (SELECT unnest($x::VARCHAR[]) AS x)", {"x": texts}
    ).fetchall()
    assert found == (2, 1)


def test_given_patterns_are_tried_in_turn_and_may_name_an_offset():
    form = given_time_format(["%Y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M", "%d.%m.%Y %H:%M %z", "%Y.%j"])
    texts = [
        "2010-12-01 08:26:00",
        "12/1/10 8:26",
        "01.12.2010 08:26 +0100",
        "2010-12-01 08:26:00Z",
        "2010.032",
    ]
    utc = ["2010-12-01 07:26", "2010-12-01 07:26", "2010-12-01 07:26", "2010-12-01 08:26", "2010-01-31 23:00"]
    assert instants(texts, form, "Europe/Paris") == list(map(at, utc))
    assert given_time_format(["%m/%d/%y %H:%M"]).day_first is False
    assert given_time_format(["%d/%m/%y %H:%M"]).day_first is True
    assert given_time_format(["%d %b %Y"]).day_first is None


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ([], "is empty"),
        (["%d/%m"], "whole day"),
        (["%H:%M %Y"], "whole day"),
        (["%d/%m/%Y %Q"], "%Q"),
        (["%d/%m/%Y %n"], "%n"),
        (["%d/%m/%Y 100%"], "no directive"),
        (["iso", "%d/%m/%Y"], "alone"),
        (["dd/mm/yyyy"], "whole day"),
    ],
)
def test_a_pattern_that_duckdb_cannot_read_a_day_with_is_refused_with_the_reason(patterns, said):
    with pytest.raises(BadInput, match=said):
        given_time_format(patterns)


DIRECTIVES = "a A b B d -d f g H -H I -I j m -m M -M p S -S y Y z Z %"


@pytest.mark.parametrize("directive", DIRECTIVES.split())
def test_every_directive_that_is_accepted_is_known_to_duckdb(directive):
    form = given_time_format([f"%Y-%m-%d %{directive}"])
    assert instants(["no time"], form) == [None]


FORMS = [DAY_FIRST, MONTH_FIRST, *(given_time_format([each]) for each in KEYWORDS)]


@settings(max_examples=examples(200), deadline=None)
@given(
    form=st.sampled_from(FORMS),
    texts=st.lists(st.text(max_size=30) | st.text("0123456789-+/:. TZ()eEAPM", max_size=30), max_size=20),
)
def test_no_text_raises_and_no_instant_is_of_another_century(form, texts):
    texts = [text for text in texts if "\0" not in text]
    guess_times(texts, prefers_day_first=True)
    for found in instants(texts, form):
        assert found is None or 1900 <= found.year <= 2200


CLOCK = "[0-2]?[0-9]:[0-5]?[0-9](:[0-5]?[0-9])?"
NUMERIC = rf"\A[0-3]?[0-9]([/.-])[0-3]?[0-9]\1(19|20)?[0-9]{{2}}(,? {CLOCK}( ?[AP]M)?)?\Z"
NAMED = rf"\A(Mon, )?[0-3]?[0-9]([ -])(Feb|MAY|December)\2(20)?[0-9]{{2}}( {CLOCK}Z?)?\Z"
OFFSETS = "( ?(Z|UTC|[+-]0[0-9]:?[0-5][0-9]))?"
ISO_LIKE = (
    r"\A20[0-9]{2}-[01]?[0-9]-[0-3]?[0-9]"
    rf"([ T][01][0-9]:[0-5][0-9](:[0-5][0-9]([.,][0-9]{{1,9}})?)?{OFFSETS})?\Z"
)


@settings(max_examples=examples(60), deadline=None)  # texts from a regular expression are slow to make
@given(st.from_regex(NUMERIC) | st.from_regex(NAMED) | st.from_regex(ISO_LIKE))
def test_what_the_guess_takes_for_a_time_the_sql_reads(text):
    for form in time_candidates([text]):
        assert instants([text], form) != [None]

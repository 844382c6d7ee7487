"""Reports of uploads over HTTP: the newest first, each with what became of its rows."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from threading import Barrier

import pytest

from patronage.errors import BadField
from patronage.logic.api.cursors import write_cursor
from patronage.logic.upload_keys import REPORTS, report_key
from patronage.steps.upload_reports import upload_reports
from patronage.stores.objects import read_json, write_json
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
WELL = HEADER + "".join(f"o{n},c{n},p,1,10,2026-01-0{1 + n}T10:00:00Z\n" for n in range(5))
FAULTY = (
    HEADER
    + "".join(f"f{n},c{n},p,1,10,2026-01-02T10:00:00Z\n" for n in range(90))
    + "f90,c,p,1,10,someday\nf91,c,p,1,10,someday\nf92,c,p,a dozen,10,2026-01-02T10:00:00Z\n"
)


def written_at(lake, report: dict, minute: int) -> None:
    """Let a report have been written so many minutes after nine."""
    time = datetime(2026, 1, 10, 9, minute, tzinfo=UTC).timestamp()
    os.utime(lake.store.root / report_key(report["object"]), (time, time))


@pytest.fixture
def ingested(lake, ingest_text) -> dict[str, dict]:
    """Ingest three files, one a minute after the other."""
    texts = {"well": WELL, "faulty": FAULTY, "unreadable": "colour,size\nred,7\n"}
    found = {}
    for minute, (name, text) in enumerate(texts.items()):
        found[name] = ingest_text(text, key=f"raw/orders/{name}.csv")
        written_at(lake, found[name], minute)
    return found


def test_the_newest_stands_first_with_what_became_of_its_rows(lake, ingested):
    answer = upload_reports(lake.store)
    assert answer["next_cursor"] is None
    unreadable, faulty, well = answer["reports"]
    names = ("read", "kept", "refused", "repeated", "superseded")
    assert [well[name] for name in names] == [5, 5, 0, 0, 0]
    assert (well["state"], well["table"], well["key"]) == ("done", "orders", "raw/orders/well.csv")
    assert (well["at"], well["currency"], well["problem"]) == (NOW.isoformat(), "GBP", None)
    assert [faulty[name] for name in names] == [93, 90, 3, 0, 0]
    by_rule = [(each["rule"], each["rows"]) for each in faulty["refused_by_rule"]]
    assert by_rule == list(ingested["faulty"]["refused_by_rule"].items())
    assert [rows for _, rows in by_rule] == [2, 1]
    assert all(len(each["says"]) > len(each["rule"]) for each in faulty["refused_by_rule"])
    assert faulty["breaches"] == ingested["faulty"]["quality"]["breaches"]
    assert (unreadable["state"], unreadable["table"], unreadable["refused_by_rule"]) == (
        "unreadable",
        None,
        [],
    )
    assert unreadable["problem"] == ingested["unreadable"]["problem"]
    assert [unreadable[name] for name in names] == [None] * 5
    assert unreadable["at"] == "2026-01-10T09:02:00+00:00"


def test_pages_go_on_where_the_page_before_ended_whatever_was_uploaded_since(lake, ingested, ingest_text):
    first = upload_reports(lake.store, limit=2)
    later = ingest_text(WELL.replace("2026", "2025"), key="raw/orders/later.csv")
    written_at(lake, later, 30)
    second = upload_reports(lake.store, limit=2, cursor=first["next_cursor"])
    keys = [each["key"].rpartition("/")[2] for each in first["reports"] + second["reports"]]
    assert keys == ["unreadable.csv", "faulty.csv", "well.csv"]
    assert second["next_cursor"] is None


def test_reports_of_one_instant_are_all_told(lake):
    for number in range(7):
        key = f"{REPORTS}{number:032x}.json"
        about = {"object": f"{number:032x}", "key": f"raw/orders/{number}.csv", "currency": "GBP"}
        write_json(lake.store, key, about | {"state": "unreadable", "problem": "?"})
        os.utime(lake.store.root / key, (1e9, 1e9))
    found, cursor = [], None
    while True:
        answer = upload_reports(lake.store, limit=3, cursor=cursor)
        found += [each["key"] for each in answer["reports"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert found == [f"raw/orders/{number}.csv" for number in reversed(range(7))]


def judged(lake, number: int, *, at: str, written: str) -> None:
    """Keep a report of a file that was judged at an instant, and written anew at another."""
    key = f"{REPORTS}{number:032x}.json"
    about = {"object": f"{number:032x}", "key": f"{number}.csv", "currency": "GBP", "state": "done"}
    write_json(lake.store, key, about | {"quality": {"measured_at": at}})
    moment = datetime.fromisoformat(written).timestamp()
    os.utime(lake.store.root / key, (moment, moment))


@pytest.fixture
def of_days(lake):
    """Keep five reports; the second was written anew on the last day, as an erasure does."""
    for number, (at, written) in enumerate(
        [
            ("2026-01-01T09:00:00+00:00", "2026-01-01T09:00:00+00:00"),
            ("2026-01-02T09:00:00+00:00", "2026-01-09T10:00:00+00:00"),
            ("2026-01-02T23:30:00+00:00", "2026-01-02T23:30:00+00:00"),  # the third in Paris
            ("2026-01-03T09:00:00+00:00", "2026-01-03T09:00:00+00:00"),
            ("2026-01-09T09:00:00+00:00", "2026-01-09T09:00:00+00:00"),
        ]
    ):
        judged(lake, number, at=at, written=written)
    return lake


def numbers(answer) -> list[int]:
    return [int(each["key"].removesuffix(".csv")) for each in answer["reports"]]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, [1, 4, 3, 2, 0]),
        (date(2026, 1, 2), date(2026, 1, 2), [1]),
        (date(2026, 1, 3), date(2026, 1, 3), [3, 2]),
        (date(2026, 1, 3), None, [4, 3, 2]),
        (None, date(2026, 1, 2), [1, 0]),
        (date(2026, 1, 4), date(2026, 1, 8), []),
    ],
)
def test_days_are_those_of_the_shop_on_which_it_was_judged(of_days, start, end, expected):
    answer = upload_reports(of_days.store, start=start, end=end, timezone="Europe/Paris")
    assert (numbers(answer), answer["next_cursor"]) == (expected, None)


def test_pages_of_some_days_hold_all_of_them_once(of_days, monkeypatch):
    monkeypatch.setattr("patronage.steps.upload_reports.MOST_READ", 2)
    asked = {"start": date(2026, 1, 1), "end": date(2026, 1, 3), "limit": 2}
    found, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        answer = upload_reports(of_days.store, cursor=cursor, **asked)
        found, cursor, pages = found + numbers(answer), answer["next_cursor"], pages + 1
    assert (found, pages) == ([1, 3, 2, 0], 3)
    with pytest.raises(BadField, match="another question"):
        upload_reports(of_days.store, cursor=upload_reports(of_days.store, limit=1)["next_cursor"], **asked)


def test_a_short_page_of_some_days_still_reads_reports_beside_each_other(lake, monkeypatch):
    for number in range(8):
        judged(lake, number, at="2026-01-09T09:00:00+00:00", written="2026-01-09T09:00:00+00:00")
    together = Barrier(8)

    def read(*arguments):
        together.wait(timeout=5)
        return read_json(*arguments)

    monkeypatch.setattr("patronage.steps.upload_reports.read_json", read)
    assert upload_reports(lake.store, limit=1, end=date(2026, 1, 1))["reports"] == []


def test_a_cursor_names_the_days_only_where_some_were_asked_for(of_days):
    cursor = write_cursor(["upload-reports"], "2026-01-03T00:00:00.000000+00:00", "z")
    assert numbers(upload_reports(of_days.store, cursor=cursor)) == [2, 0]


def test_days_that_end_before_they_start_are_refused(lake):
    with pytest.raises(BadField, match="exchange the two") as caught:
        upload_reports(lake.store, start=date(2026, 1, 3), end=date(2026, 1, 2))
    assert (caught.value.field, caught.value.rule) == ("start", "range")


def test_a_lake_without_uploads_has_none_and_a_strange_cursor_is_refused(lake):
    assert upload_reports(lake.store) == {"reports": [], "next_cursor": None}
    with pytest.raises(BadField, match="none of ours"):
        upload_reports(lake.store, cursor="?")


def test_reports_lie_where_ingest_puts_them():
    assert report_key("x") == f"{REPORTS}x.json"

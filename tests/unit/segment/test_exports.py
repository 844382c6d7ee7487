from __future__ import annotations

import csv
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import duckdb
import pytest
from scipy.stats import binom

from patronage.cli.segment_output import write_method
from patronage.errors import BadInput, NotFound
from patronage.logic.segments.audiences import CHANNELS
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from patronage.steps.segment.audiences import audiences, members_key
from patronage.steps.segment.exports import FATES, SALT, exports
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = """customer_id,email,phone,first_name,last_name,country,accepts_marketing
a,ann@example.com,,Ann,Lee,GB,true
b,bob@example.com,,Bob,Ray,GB,false
c,cid@example.com,,Cid,Poe,GB,
d,,0049 30 1234567,Dea,Orr,DE,true
e,,,Eve,Fox,GB,true
f,ANN@example.com ,,Ann,Lee,GB,true
g,bob@example.com,,Bob,Ray,GB,true
h,hal@example.com,,Hal,Kay,GB,true
i,hal@example.com,,Hal,Kay,GB,true
j,jo@example.com,,"Jo, the 2nd",=1+1,GB,true
"""


def run_of(lake: Lake, segments: dict[str, str], *, run_id: str = "run") -> None:
    """Write a run's customers as the combining step does, of the segment that each is in."""
    path = lake.store.root / f"runs/{run_id}/segments/customers.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given(customer_id VARCHAR, segment_id VARCHAR)")
        connection.executemany("INSERT INTO given VALUES (?, ?)", list(segments.items()))
        connection.execute(
            "COPY (SELECT *, 'promising' AS scored_segment_id, 500 AS net_minor, "
            "LENGTH(customer_id) % 2 AS cluster_id, CAST(NULL AS VARCHAR) AS behaviour_id, "
            f"'active' AS lifecycle_id FROM given ORDER BY customer_id) TO '{path}'"
        )


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Path:
    """Return the folder of a lake with a run of the people."""
    folder, shop = tmp_path_factory.mktemp("people"), Shop(currency="GBP", timezone="Europe/London")
    lake = Lake(FolderStore(folder / "lake"))
    order = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n"
    for table, text in {"orders": order, "customers": PEOPLE}.items():
        path = folder / table
        path.write_text(text, encoding="utf-8")
        upload = Upload(path=path, key=f"raw/{table}/a.csv", version="1", last_modified=NOW)
        ingest(upload, lake, shop, now=NOW)
    pin("run", "segments", lake, shop, now=NOW)
    run_of(lake, dict.fromkeys("abcdefghij", "champions") | {"k": "lost"})
    lake.store.write_bytes(SALT, b"salt 3")  # holds out none of these
    return lake.store.root


@pytest.fixture
def people(made_once, lake) -> Lake:
    shutil.copytree(made_once, lake.store.root, dirs_exist_ok=True)
    return lake


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fates(report: dict) -> dict[str, int]:
    assert sum(report[fate] for fate in FATES) == report["customers"], "each has exactly one fate"
    return {fate: report[fate] for fate in FATES if report[fate]}


def test_who_said_no_or_is_listed_is_left_out_and_everyone_is_counted(people, tmp_path):
    people.store.write_bytes("settings/do_not_contact.csv", b"email\nh\nnobody at all\n")
    report = exports("run", people, "champions", "klaviyo", tmp_path / "out" / "a.csv", now=NOW)
    assert fates(report) == {
        "exported": 2,  # a, j
        "do_not_contact": 2,  # h by the id, i by h's address
        "without_consent": 2,  # b, and g at b's address
        "consent_unknown": 1,  # c
        "without_address": 2,  # d has a telephone alone, e nothing
        "same_address": 1,  # f
    }
    assert report["unknown_lines"] == [3]
    found = rows_of(tmp_path / "out" / "a.csv")
    assert [row["Email"] for row in found] == ["ann@example.com", "jo@example.com"]
    assert found[1]["First Name"] == "Jo, the 2nd"
    assert found[1]["Last Name"] == "'=1+1"  # no formula to a spreadsheet
    assert read_json(people.store, "runs/run/exports/rfm-champions-klaviyo.json") == report


def test_an_advertiser_gets_hashes_alone(people, tmp_path):
    report = exports(
        "run", people, "champions", "meta", tmp_path / "a.csv", with_unknown_consent=True, now=NOW
    )
    assert fates(report) == {
        "exported": 5,
        "without_consent": 2,
        "without_address": 1,
        "same_address": 2,
    }
    text = (tmp_path / "a.csv").read_text()
    assert "@" not in text
    assert "Ann" not in text
    rows = rows_of(tmp_path / "a.csv")
    assert rows[0]["email"] == sha256(b"ann@example.com").hexdigest()
    assert rows[2]["phone"] == sha256(b"49301234567").hexdigest()
    assert rows[2]["country"] == sha256(b"de").hexdigest()
    assert [row["email"] for row in rows].count(sha256(b"cid@example.com").hexdigest()) == 1


def test_a_no_counts_from_the_moment_it_is_known(people, ingest_text, tmp_path):
    ingest_text("customer_id,email,accepts_marketing\na,ann@example.com,false\n", key="raw/customers/b.csv")
    report = exports("run", people, "champions", "mailchimp", tmp_path / "a.csv", now=NOW)
    assert fates(report)["without_consent"] == 4  # a, f at a's address, b, g
    assert "ann@example.com" not in (tmp_path / "a.csv").read_text()


ONE_PERSON = (
    ("jane.doe0@gmail.com,,GB", "janedoe0@gmail.com,,GB"),
    ("jane1+x@gmail.com,,GB", "jane1@gmail.com,,GB"),
    ("jane2@googlemail.com,,GB", "ja.ne2@gmail.com,,GB"),
    ("jane3@example.com,07911 123453,GB", ",+44 7911 123453,"),
    ("jane4@example.com,7911123454.0,GB", "n/a,0044 7911 123454,FR"),
    ('"jane5@example.com ",,GB', '"\tjane5@example.com",,GB'),
    ("JANE6@example.com,,GB", "\u00a0jane6@example.com\u00a0,,GB"),
    ("jane7@example.com\u200b,,GB", "jane7@example.com,,GB"),
)
"""A person's address, telephone and country, as two of the shop's ids have them."""


@pytest.fixture
def exported(ingest_text, lake, shop, tmp_path):
    """Return what makes all of a few customers one segment and exports it to a channel.

    It returns who could be contacted, and the lines that were written. The id `elsewhere` is in no segment.
    """
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n")
    lake.store.write_bytes("settings/segments.toml", b"held_out_share = 0.0")
    pin("run", "segments", lake, shop, now=NOW)

    def export(customers: list[str], channel: str, *, listed: str = "") -> tuple[list[str], list[str]]:
        header = "customer_id,email,phone,country,accepts_marketing\n"
        ingest_text(header + "\n".join(customers) + "\n", key="raw/customers/a.csv")
        ids = {row.split(",")[0] for row in customers} - {"elsewhere"}
        run_of(lake, dict.fromkeys(ids, "lost"))
        lake.store.write_bytes("settings/do_not_contact.csv", listed.encode())
        report = exports("run", lake, "lost", channel, tmp_path / "list.csv", now=NOW)
        groups = rows_of(lake.store.staged(report["assignment_key"]))
        return [row["customer_id"] for row in groups], (tmp_path / "list.csv").read_text().splitlines()[1:]

    return export


@pytest.mark.parametrize(("channel", "refuses"), [("google", 0), ("meta", 1)])
def test_a_no_under_one_id_is_a_no_under_all(exported, channel, refuses):
    answers = ("false", "true")
    customers = [
        f"{side}-{n},{person[side]},{answers[side != refuses]}"
        for n, person in enumerate(ONE_PERSON)
        for side in (0, 1)
    ]
    named_by_id = [
        "a,joe@example.com,,GB,true",
        "Joe@Example.com,n/a,,GB,false",
        "b,jim@example.com,,GB,false",
        "jim@example.com,n/a,,GB,true",
        "c,jon@example.com,,GB,true",
        "jon@example.com,other@example.com,,GB,false",
        "elsewhere,jed@example.com,,GB,false",
        "d,Jed@example.com,,GB,true",
    ]
    everyone = [*customers, *named_by_id, "e,eve@example.com,07911 123499,GB,true"]
    groups, lines = exported(everyone, channel)
    assert groups == ["e"]
    assert len(lines) == 1


@pytest.mark.parametrize("side", [0, 1])
def test_who_is_listed_under_one_id_is_listed_under_all(exported, side):
    customers = [f"{each}-{n},{who[each]},true" for n, who in enumerate(ONE_PERSON) for each in (0, 1)]
    listed = "".join(f"{side}-{n}\n" for n in range(len(ONE_PERSON)))
    groups, lines = exported([*customers, "e,eve@example.com,07911 123499,GB,true"], "google", listed=listed)
    assert groups == ["e"]
    assert len(lines) == 1


def test_the_list_names_a_mailbox_or_telephone_however_it_is_written(exported, lake, tmp_path):
    customers = [
        "a,a@example.com,07911 123456,GB,true",
        "b,ann.doe@gmail.com,07911 123458,GB,true",
        "b2,b2@example.com,07911 123458,GB,true",
        "c,bobdoe@gmail.com,,GB,true",
        "d,d@example.com,07911 123457,GB,true",
    ]
    listed = "+44 7911 123456\nanndoe@googlemail.com\nB.O.B.D.O.E+x@gmail.com\n"
    assert exported(customers, "klaviyo", listed=listed)[0] == ["d"]
    report = exports("run", lake, "lost", "klaviyo", tmp_path / "a.csv", now=NOW)
    assert report["unknown_lines"] == [], "a telephone number is no misspelt id"


def test_what_is_no_address_is_nobodys(exported):
    """A no is of the customer whose it is, not of all who gave the same filler."""
    customers = [
        "a,n/a,n/a,GB,false",
        'b," ",000-000-0000,US,false',
        "c@example.com,n/a,n/a,GB,true",
        "d@example.com,n/a,000-000-0000,US,true",
        'e@example.com," ",,GB,true',
        "f,f@example.com,,GB,true",
    ]
    assert exported(customers, "mailchimp")[0] == ["c@example.com", "d@example.com", "e@example.com", "f"]


def test_a_person_with_two_ids_is_held_out_under_both_or_none(people, ingest_text, tmp_path):
    """The two ids are in two segments, so that each is in another export."""
    persons = [(f"ann.{n}@gmail.com,", f"ann{n}+news@googlemail.com,") for n in range(200)]
    persons += [(f",+44 7911 123{n}", f"n/a,07911123{n}") for n in range(200, 400)]
    rows = [f"{side}-{n:03d},{who[side]},GB\n" for n, who in enumerate(persons) for side in (0, 1)]
    ingest_text("customer_id,email,phone,country\n" + "".join(rows), key="raw/customers/b.csv")
    run_of(people, {row.split(",")[0]: ("one", "two")[int(row[0])] for row in rows})
    held = []
    for segment in ("one", "two"):
        report = exports(
            "run", people, segment, "google", tmp_path / "a.csv", with_unknown_consent=True, now=NOW
        )
        groups = rows_of(people.store.staged(report["assignment_key"]))
        assert len(groups) == 400
        held.append({row["customer_id"][2:] for row in groups if row["group"] == "held_out"})
    low, high = binom.interval(1 - 1e-6, 400, 0.1)
    assert low <= len(held[0]) <= high
    assert held[0] == held[1]


def test_a_person_is_on_a_list_once(exported):
    customers = [
        "a,ann.doe@gmail.com,,GB,true",
        "b,AnnDoe@googlemail.com,,GB,true",
        "c,,07911 123456,GB,true",
        "d,,+447911123456,,true",
    ]
    groups, lines = exported(customers, "google")
    assert groups == ["a", "c"]
    assert len(lines) == 2


@pytest.mark.slow
def test_one_in_ten_of_each_segment_is_held_out_in_every_run_and_channel(ingest_text, lake, shop, tmp_path):
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n")
    ids = [f"c{n:05d}@example.com" for n in range(6000)]
    segments = {each: ("one", "two", "three")[n % 3] for n, each in enumerate(ids)}
    held: dict[tuple[str, str, str], set[str]] = {}
    for run_id in ("run", "next"):
        pin(run_id, "segments", lake, shop, now=NOW)
        run_of(lake, segments, run_id=run_id)
    for run_id, segment, channel in (
        ("run", "one", "meta"),
        ("run", "two", "google"),
        ("run", "one", "mailchimp"),
        ("next", "one", "klaviyo"),
    ):
        output = tmp_path / "list.csv"
        report = exports(run_id, lake, segment, channel, output, with_unknown_consent=True, now=NOW)
        groups = rows_of(lake.store.staged(report["assignment_key"]))
        held[run_id, segment, channel] = {row["customer_id"] for row in groups if row["group"] == "held_out"}
        low, high = binom.interval(1 - 1e-6, 2000, 0.1)
        assert low <= report["held_out"] <= high
        assert report["held_out"] + report["exported"] == len(groups) == 2000
        assert len(rows_of(output)) == report["exported"]
        column = CHANNELS[channel].columns[0]
        told = {row["customer_id"] for row in groups if row["group"] == "exported"}
        if channel in {"meta", "google"}:
            told = {sha256(each.encode()).hexdigest() for each in told}
        assert {row[column] for row in rows_of(output)} == told
    first, second, third, fourth = held.values()
    assert first == third == fourth
    assert not first & second
    salt = lake.store.read_bytes(SALT)
    exports("run", lake, "one", "meta", tmp_path / "again.csv", with_unknown_consent=True, now=NOW)
    assert lake.store.read_bytes(SALT) == salt


def test_other_methods_have_their_own_segments(people, tmp_path):
    assert exports("run", people, "1", "google", tmp_path / "a.csv", by="kmeans", now=NOW)["customers"] == 11
    assert (
        exports("run", people, "active", "google", tmp_path / "a.csv", by="lifecycle", now=NOW)["customers"]
        == 11
    )
    with pytest.raises(NotFound, match="nobody in segment 'window_shopper'; it has none"):
        exports("run", people, "window_shopper", "google", tmp_path / "a.csv", by="behaviour", now=NOW)
    write_method(people.store, "run", "lifecycle", tmp_path / "all.csv")
    assert rows_of(tmp_path / "all.csv")[0] == {
        "customer_id": "a",
        "segment_id": "active",
        "rfm_segment_id": "champions",
        "net_minor": "500",
        "cluster_id": "1",
        "behaviour_id": "",
    }
    write_method(people.store, "run", "rfm", tmp_path / "all.parquet")
    found = duckdb.sql(f"SELECT segment_id, COUNT(*) FROM '{tmp_path / 'all.parquet'}' GROUP BY 1 ORDER BY 1")
    assert found.fetchall() == [("champions", 10), ("lost", 1)]
    assert "scored_segment_id" in duckdb.sql(f"FROM '{tmp_path / 'all.parquet'}'").columns
    with pytest.raises(NotFound, match="no segments by behaviour"):
        write_method(people.store, "run", "behaviour", tmp_path / "none.csv")


def test_what_is_unknown_is_named(people, tmp_path):
    with pytest.raises(BadInput, match="'klavio' is no channel; did you mean klaviyo"):
        exports("run", people, "champions", "klavio", tmp_path / "a.csv", now=NOW)
    with pytest.raises(BadInput, match="'x' is no method; known: rfm, kmeans, behaviour, lifecycle"):
        exports("run", people, "champions", "klaviyo", tmp_path / "a.csv", by="x", now=NOW)
    with pytest.raises(NotFound, match="nobody in segment 'champion'; it has champions, lost"):
        exports("run", people, "champion", "klaviyo", tmp_path / "a.csv", now=NOW)
    assert not (tmp_path / "a.csv").exists()


def test_a_list_that_cannot_be_read_stops_the_export(people, tmp_path):
    people.store.write_bytes("settings/do_not_contact.csv", "j\n".encode("utf-16"))
    with pytest.raises(BadInput, match="cannot be read"):
        exports("run", people, "champions", "klaviyo", tmp_path / "a.csv", now=NOW)
    assert not (tmp_path / "a.csv").exists()


def test_a_lake_without_customers_exports_nobody_who_did_not_agree(ingest_text, lake, shop, tmp_path):
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n")
    pin("run", "segments", lake, shop, now=NOW)
    run_of(lake, {"a": "lost", "ann@example.com": "lost"})
    report = exports("run", lake, "lost", "klaviyo", tmp_path / "a.csv", now=NOW)
    assert fates(report) == {"consent_unknown": 2}
    assert (tmp_path / "a.csv").read_text().startswith("Email,Phone Number,First Name")


def test_who_is_in_which_group_is_kept_for_the_measurement(people, tmp_path):
    report = exports("run", people, "champions", "klaviyo", tmp_path / "a.csv", now=NOW)
    (record,) = audiences(people.store)
    assert record == {
        "export": f"{NOW:%Y%m%dT%H%M%S.%fZ}-rfm-champions-klaviyo",
        "run_id": "run",
        "exported_at": NOW.isoformat(),
        "held_out_share": Manifest.load(people.store, "run").options.held_out_share,
        "segment_id": "champions",
        "channel": "klaviyo",
        "by": "rfm",
        "exported": report["exported"],
        "held_out": 0,
    }
    kept = duckdb.sql(f"FROM '{people.store.staged(members_key(record['export']))}' ORDER BY 1").fetchall()
    listed = rows_of(people.store.staged(report["assignment_key"]))
    assert kept == [tuple(row.values()) for row in listed]


def test_ids_are_kept_whatever_they_begin_with(ingest_text, lake, shop, tmp_path):
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,a,p,1,5,2026-01-05\n")
    ids = ["#1", "#2", "a|b", " s", "z"]
    rows = "".join(f"{each},a{place}@example.com,true\n" for place, each in enumerate(ids))
    ingest_text("customer_id,email,accepts_marketing\n" + rows, key="raw/customers/a.csv")
    pin("run", "segments", lake, shop, now=NOW)
    run_of(lake, dict.fromkeys(ids, "champions"))
    exports("run", lake, "champions", "klaviyo", tmp_path / "a.csv", now=NOW)
    (record,) = audiences(lake.store)
    kept = duckdb.sql(
        f"SELECT customer_id FROM '{lake.store.staged(members_key(record['export']))}'"
    ).fetchall()
    assert sorted(each for (each,) in kept) == sorted(ids)


def test_an_export_that_reaches_nobody_leaves_no_record(people, tmp_path):
    exports("run", people, "lost", "klaviyo", tmp_path / "a.csv", now=NOW)
    assert audiences(people.store) == []

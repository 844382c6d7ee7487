from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from unittest import mock

import boto3
import pytest

import serving_support
from erase_support import SECRET, SHOP, ZOE, asked, cell, copied, run_states, stores_of, taken_in, uploads
from patronage.errors import NotFound, RunFailed, TryAgain
from patronage.logic.erase.ids import hmac_of
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.upload_keys import report_key
from patronage.steps.erase import states
from patronage.steps.erase.exporting import export
from patronage.steps.erase.flag import flag
from patronage.steps.erase.holdings import FIRST, LAST
from patronage.steps.erase.remembered import Erased, note_of, remember
from patronage.steps.erase.requests import LONGEST, ask, ask_export, export_status, status
from patronage.steps.erase.served import KINDS, leave_serving, without_erased
from patronage.steps.generation import RunOutputs
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, S3Store, read_json
from tests_support import NOW

ANY_IDS = [ZOE, "a/b", "a#b", "%2F", "日本", "x" * 256, "person@shop.example", " ", "'", "17"]


class Machine:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []

    def __call__(self, name: str, task: str) -> None:
        self.started.append((name, task))


def begin(store, table, whom: str, machine: Machine, *, now=NOW) -> dict:
    return ask(store, table, whom, secret=SECRET, now=now, start=machine)


@pytest.mark.parametrize("whom", ANY_IDS)
def test_asking_again_while_it_works_is_the_same_erasure(store, whom):
    machine = Machine()
    first = begin(store, None, whom, machine)
    again = begin(store, None, whom, machine, now=NOW + timedelta(minutes=3))
    assert first == again
    assert first["state"] == "accepted"
    assert first["status_url"] == f"/api/v1/erasures/{first['erasure_id']}"
    assert set(machine.started) == {(first["erasure_id"], "erase")}
    assert whom == " " or whom not in json.dumps(status(store, first["erasure_id"]), ensure_ascii=False)


def test_asking_after_the_end_is_another_erasure(kept_lake):
    stores = stores_of(kept_lake)
    run_states(asked(stores, "17"), stores)
    again = begin(stores.store, None, "17", Machine(), now=NOW + timedelta(days=1))
    assert again["erasure_id"] != asked(stores, "18")
    assert status(stores.store, again["erasure_id"])["state"] == "accepted"
    assert run_states(again["erasure_id"], stores)["state"] == "done"


def test_an_erasure_that_was_cut_off_is_begun_anew(store):
    first = begin(store, None, "17", Machine())
    before = begin(store, None, "17", Machine(), now=NOW + LONGEST)
    later = begin(store, None, "17", Machine(), now=NOW + LONGEST + timedelta(seconds=1))
    assert first["erasure_id"] == before["erasure_id"] != later["erasure_id"]
    assert timedelta(hours=18) == LONGEST  # after so long the machine has ended, too


@pytest.mark.parametrize("name", ["unknown", "", "../hashes", "a/b", "hashes/x", "é", "20260110T120000Z-00"])
def test_an_unknown_receipt_or_export_is_not_found(store, name):
    for told in (status, export_status):
        with pytest.raises(NotFound):
            told(store, name)


@pytest.fixture(scope="module")
def whole_lake(tmp_path_factory) -> Lake:
    folder = tmp_path_factory.mktemp("whole")
    lake = Lake(FolderStore(folder / "lake"))
    taken_in(lake, folder, uploads())
    return lake


@pytest.fixture(scope="module")
def lake_without_two(whole_lake, tmp_path_factory) -> Lake:
    """Erase two customers."""
    lake = copied(whole_lake, tmp_path_factory.mktemp("without"))
    stores = stores_of(lake)
    for whom in (ZOE, "c1"):
        run_states(asked(stores, whom), stores)
    return lake


@pytest.fixture
def kept_lake(whole_lake, tmp_path) -> Lake:
    return copied(whole_lake, tmp_path)


@pytest.fixture
def live(store, table):
    """Publish two runs of each family one after the other: the older is superseded."""
    for family, make in (
        ("segments", serving_support.make_segments),
        ("recommendations", serving_support.make_recommendations),
    ):
        for number, run_id in enumerate((f"{family}-1", f"{family}-2")):
            make(store, run_id, created_at=NOW + timedelta(hours=number))
            serving_support.publish_all(store, table, run_id, family, now=NOW + timedelta(hours=number))
    return table


def everything(client) -> dict[str, dict]:
    pages = client.get_paginator("scan").paginate(TableName=serving_support.TABLE)
    return {item["pk"]["S"]: item for page in pages for item in page["Items"]}


def members(items: dict[str, dict]) -> list[str]:
    pages = (item for key, item in items.items() if key.startswith("members#"))
    return [member[0] for page in pages for member in unpack_document([page["packed"]["B"]])]


def test_the_customer_leaves_what_is_served_at_once_and_nobody_else_does(store, live, client):
    live.put_all(
        [{"pk": f"session#{kind}", "packed": b""} for kind in ("user#bob/1", "user#bob", "user#ann")]
    )
    before = everything(client)
    begin(store, live, "bob/1", Machine())
    after = everything(client)
    gone = {key for key in before if key not in after}
    assert gone == {
        "session#user#bob/1",
        *(f"customer#segments-{n}#bob/1" for n in (1, 2)),
        *(f"user#recommendations-{n}#bob/1" for n in (1, 2)),
    }
    assert "bob/1" in members(before)
    assert "bob/1" not in members(after)
    assert sorted(members(after)) == sorted(name for name in members(before) if name != "bob/1")
    unchanged = {
        key: item for key, item in before.items() if key not in gone and not key.startswith("members#")
    }
    assert {key: after[key] for key in unchanged} == unchanged
    begin(store, live, "bob/1", Machine())
    assert everything(client) == after


def test_the_machine_clears_generations_and_sessions(store, live, client, tmp_path):
    lake = Lake(store)
    header = "event_id,event_type,customer_id,session_id,product_id,occurred_at\n"
    rows = "e1,view,,v1,p,2025-03-01T12:00:00Z\ne2,view,bob/1,v1,p,2025-03-01T12:00:00Z\n"
    taken_in(lake, tmp_path, {"raw/events/e.csv": header + rows})
    live.put_all([{"pk": f"session#{kind}#v1", "packed": b""} for kind in ("open", "proved")])
    stores = stores_of(lake, table=live)
    receipt = run_states(asked(stores, "bob/1"), stores, times=2)
    assert not [key for key in everything(client) if "bob" in key or key.endswith("#v1")]
    assert "bob/1" not in members(everything(client))
    keys = [key for key in store.keys("runs/") if "/keys/" in key]
    assert keys
    assert not any("bob" in name for key in keys for name in read_json(store, key))
    assert receipt["holdings"]["serving"] == {"items": 2}


def test_dynamodb_that_is_down_is_told_and_the_same_call_may_be_repeated(store, live, client):
    outage = serving_support.Outage(client)
    outage.is_on = True
    with pytest.raises(TryAgain):
        begin(store, live, "bob/1", Machine())
    outage.is_on = False
    machine = Machine()
    begin(store, live, "bob/1", machine)
    assert len(machine.started) == 1


def test_a_run_that_began_before_does_not_publish_the_person_again(store):
    digest = hmac_of("17", SECRET)
    begin(store, None, "17", Machine())
    assert Erased.after(store, lambda: SECRET, NOW + timedelta(days=1))("17")  # the rows are there yet
    remember(store, digest, note_of(store, digest) | {"rows_left_at": NOW.isoformat()})
    before = Erased.after(store, lambda: SECRET, NOW - timedelta(minutes=1))
    assert before("17")
    assert not before("170")
    assert not Erased.after(store, lambda: SECRET, NOW + timedelta(minutes=1))


def test_the_items_of_a_run_that_began_before_leave_the_person_out(store):
    for run_id, make in (
        ("s", serving_support.make_segments),
        ("r", serving_support.make_recommendations),
    ):
        make(store, run_id)
    begin(store, None, "bob/1", Machine())
    erased = Erased.after(store, lambda: SECRET, NOW)
    shards = [("s", "segments", name) for name in serving_support.SEGMENT_SHARDS]
    shards += [("r", "recommendations", name) for name in serving_support.RECOMMENDATION_SHARDS]
    for run_id, family, shard in shards:
        items = list(RunOutputs(store, run_id, SHOP).items(family, shard))
        found = list(without_erased(items, run_id, erased))
        gone = {item["pk"] for item in items} - {item["pk"] for item in found}
        assert gone == {pk for pk in (item["pk"] for item in items) if pk.endswith("#bob/1")}
        for before, after in zip((item for item in items if item["pk"] not in gone), found, strict=True):
            if before["pk"].startswith("members#"):
                listed = unpack_document([before["packed"]])
                assert unpack_document([after["packed"]]) == [each for each in listed if each[0] != "bob/1"]
            else:
                assert after == before


def test_the_secret_is_not_asked_for_where_nobody_was_erased(store):
    def secret() -> bytes:
        raise AssertionError

    erased = Erased.all(store, secret)
    assert not erased
    assert not erased("17")


ORDERS = uploads()["raw/orders/a.csv"]
ALL_KEPT = "".join(line for line in ORDERS.splitlines(keepends=True) if "a few" not in line)


@pytest.mark.parametrize(
    "text",
    [ALL_KEPT.replace("tea1", "tea9"), ORDERS.replace("tea1", "tea9"), ORDERS],
    ids=["kept", "some", "copy"],
)
def test_a_later_upload_that_holds_the_person_is_flagged(lake_without_two, tmp_path, text):
    kept_lake = copied(lake_without_two, tmp_path)
    path = tmp_path / "again.csv"
    path.write_text(text, encoding="utf-8", newline="")
    upload = Upload(path=path, key="raw/orders/again.csv", version="9", last_modified=NOW)
    report = ingest(upload, kept_lake, SHOP, now=NOW)
    flagged = flag(upload, report, kept_lake, SHOP, secret=lambda: SECRET)
    assert flagged == {**report, "erased_customers_again": 2}
    assert read_json(kept_lake.store, report_key(upload.object_id)) == flagged
    assert flag(upload, flagged, kept_lake, SHOP, secret=lambda: SECRET) == flagged


def test_an_upload_of_others_is_not_flagged(lake_without_two, tmp_path):
    kept_lake = copied(lake_without_two, tmp_path)
    path = tmp_path / "again.csv"
    path.write_text("customer_id,email\nc10,x@shop.example\n")
    upload = Upload(path=path, key="raw/customers/again.csv", version="9", last_modified=NOW)
    report = ingest(upload, kept_lake, SHOP, now=NOW)
    assert flag(upload, report, kept_lake, SHOP, secret=lambda: SECRET) is report


def test_an_export_holds_all_that_is_the_customers_and_nothing_else(kept_lake):
    store, machine = kept_lake.store, Machine()
    begun = ask_export(store, ZOE, secret=SECRET, now=NOW, start=machine)
    assert machine.started == [(begun["export_id"], "export")]
    assert begun["status_url"] == f"/api/v1/exports/{begun['export_id']}"
    assert export_status(store, begun["export_id"])["state"] == "accepted"
    for _ in range(2):
        export(begun["export_id"], kept_lake, SHOP, live_runs={}, now=NOW)
    told = export_status(store, begun["export_id"])
    assert told["files"] == {"orders.csv": 6, "customers.csv": 1, "events.csv": 3, "ratings.csv": 1}
    assert told["url"].startswith("file://")
    assert not store.exists(f"exports/customers/{begun['export_id']}/request.json")
    with zipfile.ZipFile(
        io.BytesIO(store.read_bytes(f"exports/customers/{begun['export_id']}/data.zip"))
    ) as file:
        texts = "".join(file.read(name).decode() for name in file.namelist())
    assert texts.count(cell(ZOE)) == 11
    assert "c1," not in texts


def test_the_address_of_an_export_is_good_for_a_quarter_of_an_hour(client):
    store = S3Store("lake", client=boto3.client("s3"))
    begun = ask_export(store, "17", secret=SECRET, now=NOW, start=Machine())
    export(begun["export_id"], Lake(FolderStoreOver(store)), SHOP, live_runs={}, now=NOW)
    told = export_status(store, begun["export_id"])
    assert "data.zip" in told["url"]
    assert told["url_expires_after_seconds"] == 900


class FolderStoreOver(S3Store):
    """An S3 bucket beside which no lake's tables are."""

    def __init__(self, store: S3Store) -> None:
        super().__init__(store.bucket, client=store._client)

    def uri(self, key: str) -> str:
        return f"/nowhere/{key}"

    def delta_options(self) -> dict[str, str]:
        return {}


def test_the_function_behind_the_api_needs_no_engine_to_ask():
    code = (
        "import sys, patronage.steps.erase.requests; "
        "print(sorted({'duckdb', 'deltalake', 'numpy', 'pyarrow', 'pandas', 'boto3'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() in {"[]", "['boto3']"}


PAGE = {"pk": "members#g#rfm#champions#0", "pages": 1}
SAID = {"segment_id": "champions"}


def on_one_page(table, people: list[str], said: dict, **more) -> None:
    table.put_all(
        [
            PAGE | {"packed": pack_document([[each, 1] for each in people])[0]},
            *({"pk": f"customer#g#{each}", "packed": pack_document(said)[0], **more} for each in people),
        ]
    )


def test_two_erasures_on_one_page_do_not_put_each_other_back(table):
    on_one_page(table, ["ann", "bob", "eve"], SAID)
    change = table.change
    at = 1_900_000_000

    def late(*asked, **known):
        """Let another erasure, and the end of the generation, come between reading and writing."""
        table.change = change
        leave_serving(table, "eve", {"g": KINDS})
        table.expire([PAGE["pk"]], at=at)
        return change(*asked, **known)

    table.change = late
    leave_serving(table, "bob", {"g": KINDS})
    page = table.get_all([PAGE["pk"]])[PAGE["pk"]]
    assert unpack_document([page["packed"]]) == [["ann", 1]]
    assert page["expires_at"] == at


def test_a_page_that_others_write_all_the_time_is_tried_again_later(table):
    on_one_page(table, ["ann", "bob"], SAID)
    with (
        mock.patch.object(table, "change", return_value=False),
        pytest.raises(TryAgain, match="other writes to a list"),
    ):
        leave_serving(table, "bob", {"g": KINDS})


def test_who_was_assigned_another_segment_leaves_the_list_of_the_run(table):
    on_one_page(table, ["ann", "bob"], {"segment_id": "lost", "assigned_at": "now"}, listed=SAID)
    assert leave_serving(table, "bob", {"g": KINDS})["pages"] == 1
    page = table.get_all([PAGE["pk"]])[PAGE["pk"]]
    assert unpack_document([page["packed"]]) == [["ann", 1]]


def test_a_list_that_still_names_the_customer_is_told(store, live):
    stores = stores_of(Lake(store), table=live)
    erasure_id = asked(stores, "bob/1")
    for round_ in (FIRST, LAST):
        for part in states.find(erasure_id, round_, stores)["parts"]:
            states.erase(erasure_id, part["part"], stores)
    states.verify(erasure_id, stores)
    key = "members#segments-2#rfm#champions#0"
    assert live.change(key, {"packed": pack_document([["bob/1", 1]])[0]}, known={"pk": key})
    with pytest.raises(RunFailed, match="serving still hold"):
        states.verify(erasure_id, stores)


def test_an_export_that_failed_says_so_and_forgets_who_asked(kept_lake):
    stores, store = stores_of(kept_lake), kept_lake.store
    begun = ask_export(store, ZOE, secret=SECRET, now=NOW, start=Machine())
    states.failed(begun["export_id"], stores, now=NOW)
    told = export_status(store, begun["export_id"])
    assert (told["state"], told["failed_at"]) == ("failed", NOW.isoformat())
    assert store.keys(f"exports/customers/{begun['export_id']}/") == [
        f"exports/customers/{begun['export_id']}/status.json"
    ]


def test_an_export_that_is_done_does_not_fail_afterwards(kept_lake):
    begun = ask_export(kept_lake.store, ZOE, secret=SECRET, now=NOW, start=Machine())
    export(begun["export_id"], kept_lake, SHOP, live_runs={}, now=NOW)
    states.failed(begun["export_id"], stores_of(kept_lake), now=NOW)
    assert export_status(kept_lake.store, begun["export_id"])["state"] == "done"


class Died(Exception):
    """The function's time is over."""


@pytest.mark.parametrize("is_after", [True, False])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_an_export_that_dies_anywhere_keeps_nobodys_id_once_it_is_done(kept_lake, monkeypatch, at, is_after):
    store, left = kept_lake.store, {"writes": at}
    begun = ask_export(store, ZOE, secret=SECRET, now=NOW, start=Machine())
    request = f"exports/customers/{begun['export_id']}/request.json"

    def dying(change):
        def changed(*given, **named):
            left["writes"] -= 1
            if not left["writes"] and not is_after:
                raise Died
            result = change(*given, **named)
            if not left["writes"]:
                raise Died
            return result

        return changed

    with monkeypatch.context() as patch:
        for name in ("writing", "delete"):
            patch.setattr(FolderStore, name, dying(getattr(FolderStore, name)))
        with pytest.raises(Died):
            export(begun["export_id"], kept_lake, SHOP, live_runs={}, now=NOW)
    assert export_status(store, begun["export_id"])["state"] == "accepted" or not store.exists(request)
    files = export(begun["export_id"], kept_lake, SHOP, live_runs={}, now=NOW)["files"]
    told = export_status(store, begun["export_id"])
    assert (told["state"], told["files"], sum(files.values())) == ("done", files, 11)
    assert not store.exists(request)

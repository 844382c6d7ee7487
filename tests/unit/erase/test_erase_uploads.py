from __future__ import annotations

import csv
import gzip
import html
import io
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest import mock

import boto3
import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbook_support import workbook

from erase_support import ZOE, cell
from patronage.engines.duckdb import DuckEngine
from patronage.errors import RunFailed, TryAgain
from patronage.logic.ingest.options import options_for
from patronage.settings import Shop
from patronage.steps.erase.raw import Uploads, keys_by_size
from patronage.steps.erase.records import records_of
from patronage.steps.erase.rewriting import rewrite
from patronage.steps.erase.subject import Subject
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, S3Store
from patronage.stores.raw import RawVersions, Version
from tests_support import NOW, examples

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
SHOP = Shop(currency="GBP", timezone="Europe/London")


def line(number: int, customer: str, *, delimiter: str = ",", product: str = "p1") -> str:
    cells = (f"o{number}", customer, product, "1", "2.50", "2025-03-01T12:00:00Z")
    return delimiter.join(cells) + "\n"


def rewritten(
    tmp_path, content: bytes, whom: str = "17", *, options=None, subject: Subject | None = None
) -> tuple[bytes, int]:
    """Take a customer out of a file; return what is left and how many records went."""
    path, target = tmp_path / "upload", tmp_path / "rewritten"
    path.write_bytes(content)
    upload = Upload(path=path, key="raw/orders/a", version="1", last_modified=NOW)
    chosen = options or options_for(upload.key, settings="", sidecar="", own_dialects={}, call={})
    subject = subject or Subject(customer_id=whom)
    with DuckEngine(SHOP) as engine:
        found = records_of(subject, upload, engine, shop=SHOP, options=chosen, folder=tmp_path)
        if not found.count:
            return content, 0
        rewrite(found, path, target, subject, engine)
    return target.read_bytes(), found.count


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_loses_the_customers_lines_and_no_byte_else(tmp_path, delimiter, end):
    header = HEADER.replace(",", delimiter)
    whose = enumerate(["17", "170", "117", "17"])
    rows = [line(number, customer, delimiter=delimiter) for number, customer in whose]
    content = (header + "".join(rows)).replace("\n", end).encode()
    kept = (header + rows[1] + rows[2]).replace("\n", end).encode()
    assert rewritten(tmp_path, content) == (kept, 2)


@pytest.mark.parametrize("whom", [ZOE, "a/b", "Zoë", "x" * 256, "it's", 'say "so"', "1,2", "%2F", "日本"])
def test_an_id_of_any_characters_leaves_and_its_neighbours_stay(tmp_path, whom):
    near = [whom + "0", "0" + whom, whom.upper() + "_"]
    rows = [line(number, cell(customer)) for number, customer in enumerate([near[0], whom, *near[1:], whom])]
    content = HEADER + "".join(rows)
    kept = HEADER + "".join(row for row in rows if cell(whom) not in row)
    assert rewritten(tmp_path, content.encode(), whom) == (kept.encode(), 2)


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["17", "170", "1", 'a "b"', "c,d", "e\nf", "Zoë", ""]),
            st.text(st.sampled_from("abc ,;\"\n'é"), max_size=8),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_csv_file_keeps_every_other_record_as_it_was(tmp_path, rows):
    records = []
    for number, (customer, said) in enumerate(rows):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([f"o{number}", customer, "p1", said, "1", "2.50", "2025-03-01T12:00:00Z"])
        records.append((customer, text.getvalue()))
    header = "order_id,customer_id,product_id,description,quantity,unit_price,ordered_at\n"
    left, count = rewritten(tmp_path, (header + "".join(record for _, record in records)).encode())
    assert left.decode() == header + "".join(record for customer, record in records if customer != "17")
    assert count == sum(customer == "17" for customer, _ in records)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "windows-1252"], ids=lambda name: name
)
def test_the_encoding_stays(tmp_path, encoding):
    rows = [line(number, customer) for number, customer in enumerate(["Zoë", "Zoé", "Zoë"])]
    content, kept = (HEADER + "".join(rows)).encode(encoding), (HEADER + rows[1]).encode(encoding)
    assert rewritten(tmp_path, content, "Zoë") == (kept, 2)


def test_a_packed_file_is_packed_again(tmp_path):
    rows = [line(number, customer) for number, customer in enumerate(["17", "18"])]
    content, kept = (HEADER + "".join(rows)).encode(), (HEADER + rows[1]).encode()
    left, _ = rewritten(tmp_path, gzip.compress(content))
    assert gzip.decompress(left) == kept
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("orders.csv", content)
        file.writestr("README.md", "nobody")
        file.writestr("LICENSE", "of customer 17")
    left, _ = rewritten(tmp_path, archive.getvalue())
    with zipfile.ZipFile(io.BytesIO(left)) as file:
        assert file.read("orders.csv") == kept
        assert file.namelist() == ["orders.csv", "README.md"]  # the other named the customer


@pytest.mark.parametrize(
    "text",
    [
        "{0}\n{1}\n{2}\n",
        "[{0}, {1}, {2}]",
        "[\n  {0},\n  {1},\n  {2}\n]\n",
        '{{"orders": [{0},\n{1},\n{2}]}}',
    ],
    ids=["lines", "array", "array on lines", "object"],
)
def test_a_json_text_loses_the_customers_documents(tmp_path, text):
    def document(number: int, customer: object) -> dict:
        said = line(number, "x").strip().split(",")
        return dict(zip(HEADER.strip().split(","), said, strict=True)) | {"customer_id": customer}

    documents = [document(1, "170"), document(2, 17), document(3, "Zoë")]
    content = text.format(*(json.dumps(each, ensure_ascii=False) for each in documents))
    left, count = rewritten(tmp_path, content.encode())
    gone = json.dumps(documents[1], ensure_ascii=False)
    assert count == 1
    assert gone not in left.decode()
    assert all(json.dumps(documents[place], ensure_ascii=False) in left.decode() for place in (0, 2))
    if text[0] in "[{" and not text.startswith("{0}"):
        json.loads(left)


def test_a_parquet_file_keeps_the_other_rows_and_its_types(tmp_path):
    path = tmp_path / "orders.parquet"
    sql = (
        "SELECT CAST(i AS VARCHAR) AS order_id, i % 4 AS customer_id, 'p' AS product_id, 1 AS quantity, "
        "CAST(2.5 AS DECIMAL(9,2)) AS unit_price, TIMESTAMP '2025-03-01' AS ordered_at FROM RANGE(10) AS t(i)"
    )
    duckdb.sql(sql).write_parquet(str(path))
    left, count = rewritten(tmp_path, path.read_bytes(), "3")
    after = tmp_path / "after.parquet"
    after.write_bytes(left)
    assert count == 2
    assert (
        duckdb.sql(f"DESCRIBE FROM '{after}'").fetchall() == duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()
    )
    kept = duckdb.sql(f"FROM '{path}' WHERE customer_id <> 3").fetchall()
    assert duckdb.sql(f"FROM '{after}'").fetchall() == kept


def test_a_workbook_becomes_csv_of_what_was_read_of_it(tmp_path):
    names = HEADER.strip().split(",")
    rows = [
        names,
        *(line(number, whom).strip().split(",") for number, whom in enumerate(["17", "18, a", "17"])),
    ]
    rows[2][1:3] = ["18, a", "p1"]
    del rows[2][3:-3]
    xml = "".join(
        f'<row r="{at}">'
        + "".join(
            f'<c r="{chr(65 + place)}{at}" t="inlineStr"><is><t>{text}</t></is></c>'
            for place, text in enumerate(row)
        )
        + "</row>"
        for at, row in enumerate(rows, 1)
    )
    left, count = rewritten(tmp_path, workbook({"Orders": xml}))
    assert count == 2
    assert list(csv.reader(io.StringIO(left.decode()))) == [names, rows[2]]


def test_a_row_that_cannot_be_cut_is_the_customers_where_a_cell_is_the_id(tmp_path):
    broken = ["o7,17,p1\n", "o8,170,p1\n"]
    content = HEADER + line(1, "18") + broken[0] + line(2, "19") + broken[1] + line(3, "20")
    left, count = rewritten(tmp_path, content.encode())
    assert (left.decode(), count) == (content.replace(broken[0], ""), 1)


SHOPIFY = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Refunded Amount,"
    "Cancelled at\n"
)


def test_what_only_the_first_line_of_an_order_says_counts_for_all_of_its_lines(tmp_path):
    """Shopify writes the customer once an order; its dialect computes columns besides."""

    def bought(order: str, rest: str) -> str:
        when = "2025-03-01 10:00:00 +0000"
        return f"{order},{rest},{when},1,Tea,2.50,tea,0,0,\n"

    mine = [bought("#1", "17,paid,GBP,5,0,0,5,0"), bought("#1", ",,,,,,,")]
    others = [bought("#2", "18,paid,GBP,5,0,0,5,0"), bought("#2", ",,,,,,,")]
    left, count = rewritten(tmp_path, (SHOPIFY + "".join([mine[0], *others, mine[1]])).encode())
    assert (left.decode(), count) == (SHOPIFY + "".join(others), 2)


def test_a_row_without_a_customer_goes_with_the_order_that_it_names(tmp_path):
    header = HEADER.strip() + ",refers_to\n"
    rows = [line(7, "").strip() + ",o1\n", line(1, "").strip() + ",\n", line(8, "18").strip() + ",o1\n"]
    subject = Subject(customer_id="17", order_ids=frozenset(["o1"]))
    left, count = rewritten(tmp_path, (header + "".join(rows)).encode(), subject=subject)
    assert (left.decode(), count) == (header + rows[2], 2)


def test_a_row_that_cannot_be_cut_goes_with_the_order_or_visit_that_it_names(tmp_path):
    subject = Subject(customer_id="17", order_ids=frozenset(["order-1", "p1"]))
    broken = ["order-1,,p1\n", "order-2,,p1\n"]  # an id as short as p1 is no sign
    content = HEADER + line(1, "18") + "".join(broken) + line(2, "19")
    left, count = rewritten(tmp_path, content.encode(), subject=subject)
    assert (left.decode(), count) == (content.replace(broken[0], ""), 1)


def test_ids_that_a_spreadsheet_made_floats_are_matched_as_ingest_takes_them(tmp_path):
    content = HEADER + line(1, "17.0") + line(2, "170.0")
    left, count = rewritten(tmp_path, content.encode())
    assert (left.decode(), count) == (HEADER + line(2, "170.0"), 1)


def test_what_was_done_before_signing_in_goes_with_its_visit(tmp_path):
    header = "event_id,event_type,customer_id,session_id,product_id,occurred_at\n"
    rows = [
        "e1,view,,v1,p,2025-03-01T12:00:00Z\n",
        "e2,view,17,v1,p,2025-03-01T12:00:00Z\n",
        "e3,view,,v2,p,2025-03-01T12:00:00Z\n",
        "e4,view,18,v1,p,2025-03-01T12:00:00Z\n",
    ]
    path, target = tmp_path / "events", tmp_path / "rewritten"
    path.write_text(header + "".join(rows))
    upload = Upload(path=path, key="raw/events/e", version="1", last_modified=NOW)
    options = options_for(upload.key, settings="", sidecar="", own_dialects={}, call={})
    subject = Subject(customer_id="17", session_ids=frozenset(["v1"]))
    with DuckEngine(SHOP) as engine:
        found = records_of(subject, upload, engine, shop=SHOP, options=options, folder=tmp_path)
        rewrite(found, path, target, subject, engine)
    assert target.read_text() == header + rows[2] + rows[3]


@pytest.fixture
def bucket(client):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw")
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    store = S3Store("raw", client=s3)
    yield s3, RawVersions(store, client=s3)
    store.close()


@pytest.fixture
def held(bucket, tmp_path):
    lake = Lake(FolderStore(tmp_path / "lake"))
    return Uploads(raw=bucket[1], lake=lake, shop=SHOP)


def put(s3, text: str | bytes, key: str = "raw/orders/a.csv", **more) -> str:
    content = text.encode() if isinstance(text, str) else text
    return s3.put_object(Bucket="raw", Key=key, Body=content, **more)["VersionId"]


def take_in(uploads: Uploads, key: str, version: str) -> None:
    staged = uploads.raw.store.staged_version(key, version)
    upload = Upload(path=staged.path, key=key, version=version, last_modified=staged.last_modified)
    ingest(upload, uploads.lake, SHOP, now=NOW)


def contents(s3) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for each in s3.list_object_versions(Bucket="raw").get("Versions", []):
        body = s3.get_object(Bucket="raw", Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
        found.setdefault(each["Key"], []).append(body)
    return found


WHOM = Subject(customer_id="17")


def test_every_version_loses_the_customer_and_the_newest_is_written_anew(bucket, held):
    s3, raw = bucket
    before = [HEADER + line(1, "17") + line(2, "18"), HEADER + line(2, "18")]
    for text in before:
        put(s3, text)
    newest = put(
        s3, HEADER + line(1, "17") + line(3, "170"), ContentType="text/csv", Metadata={"from": "shop"}
    )
    take_in(held, "raw/orders/a.csv", newest)
    for attempt in range(2):
        counts = held.erase("raw/orders/a.csv", WHOM, erasure_id="e1")
        assert counts == ({"rows": 1, "rewritten": 1, "versions": 2} if attempt == 0 else {})
    assert contents(s3) == {"raw/orders/a.csv": [(HEADER + line(3, "170")).encode(), before[1].encode()]}
    head = s3.head_object(Bucket="raw", Key="raw/orders/a.csv")
    assert head["Metadata"] == {"from": "shop", "patronage-erased": "e1"}
    assert head["ContentType"] == "text/csv"
    assert raw.is_marked("raw/orders/a.csv", head["VersionId"])


def test_an_upload_that_ingest_has_yet_to_read_is_not_marked(bucket, held):
    s3, raw = bucket
    put(s3, HEADER + line(1, "17") + line(3, "170"))
    held.erase("raw/orders/a.csv", WHOM, erasure_id="e1")
    assert not raw.is_marked("raw/orders/a.csv", None)


def test_an_object_of_nothing_but_the_customer_goes_whole_with_its_sidecar(bucket, held):
    s3, _ = bucket
    put(s3, HEADER + line(2, "18"))
    put(s3, HEADER + line(1, "17"))
    put(s3, "strict = true\n", key="raw/orders/a.csv.patronage.toml")
    assert held.erase("raw/orders/a.csv", WHOM, erasure_id="e1") == {"rows": 1, "deleted": 1, "versions": 1}
    assert contents(s3) == {"raw/orders/a.csv": [(HEADER + line(2, "18")).encode()]}
    assert "Contents" not in s3.list_objects_v2(Bucket="raw")  # the older version does not come to light
    assert held.erase("raw/orders/a.csv", WHOM, erasure_id="e1") == {}


def test_an_object_that_cannot_be_read_goes_where_it_mentions_the_id(bucket, held):
    s3, _ = bucket
    put(s3, b"no table, of customer 17", key="raw/orders/x.bin")
    put(s3, b"no table, of customer 170", key="raw/orders/y.bin")
    erased = {key: held.erase(key, WHOM, erasure_id="e1") for key in ("raw/orders/x.bin", "raw/orders/y.bin")}
    assert erased["raw/orders/x.bin"] == {"versions": 1, "unreadable": 1, "deleted": 1}
    assert erased["raw/orders/y.bin"] == {}
    assert list(contents(s3)) == ["raw/orders/y.bin"]


def packed(whom: str, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.csv", HEADER + line(1, whom) * 200)
        archive.writestr("b.csv", HEADER)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        lambda whom: gzip.compress((HEADER + line(1, whom) * 200).encode())[:-9],
        lambda whom: gzip.compress(b"\0 no table") + gzip.compress(f"of customer {whom}".encode())[:-1],
        packed,
        lambda whom: packed(whom)[:-70],
        lambda whom: packed(whom, method=zipfile.ZIP_STORED)[:-70],
        lambda whom: workbook({"a": f"<row><c><v>{html.escape(whom)}</v></c></row>"})[:-70],
    ],
    ids=["gzip", "gzip of two", "two tables", "zip", "stored", "workbook"],
)
@pytest.mark.parametrize("whom", ["customer-17", ZOE], ids=["plain", "odd"])
def test_a_packed_object_that_cannot_be_read_goes_where_it_mentions_the_id(bucket, held, made, whom):
    """One whose end is missing is looked through as far as it goes."""
    s3, _ = bucket
    put(s3, made(whom), key="raw/orders/x")
    put(s3, made("customer-170"), key="raw/orders/y")
    subject = Subject(customer_id=whom)
    erased = {key: held.erase(key, subject, erasure_id="e1") for key in ("raw/orders/x", "raw/orders/y")}
    assert erased["raw/orders/x"] == {"versions": 1, "unreadable": 1, "deleted": 1}
    assert erased["raw/orders/y"] == {}


def test_an_object_without_the_customer_is_not_touched(bucket, held):
    s3, _ = bucket
    version = put(s3, HEADER + line(1, "170") + line(2, "18"))
    assert held.erase("raw/orders/a.csv", WHOM, erasure_id="e1") == Counter()
    assert s3.head_object(Bucket="raw", Key="raw/orders/a.csv")["VersionId"] == version


def test_an_upload_that_comes_meanwhile_is_not_written_over(bucket, held, tmp_path):
    s3, raw = bucket
    put(s3, HEADER + line(1, "17"))
    (seen,) = raw.of_key("raw/orders/a.csv")
    put(s3, HEADER + line(2, "18"))
    path = tmp_path / "new"
    path.write_text("new")
    with pytest.raises(TryAgain, match="uploaded anew"):
        raw.put("raw/orders/a.csv", path, over=seen, erasure_id="e1")


def test_the_sidecar_says_how_the_object_is_read(bucket, held):
    s3, _ = bucket
    put(s3, "a;17;p;1;2.50;2025-03-01\nb;18;p;1;2.50;2025-03-01\n")
    names = HEADER.strip().split(",")
    put(s3, f"header = {json.dumps(names)}\ndelimiter = ';'\n", key="raw/orders/a.csv.patronage.toml")
    assert held.erase("raw/orders/a.csv", WHOM, erasure_id="e1")["rewritten"] == 1
    assert contents(s3)["raw/orders/a.csv"] == [b"b;18;p;1;2.50;2025-03-01\n"]


def test_objects_are_parted_by_size():
    def version(key: str, size: int) -> Version:
        return Version(key=key, version="1", last_modified=NOW, size=size, is_latest=True)

    sizes = {"a": 5, "b": 6, "c": 1, "d": 1, "e": 1, "f": 90, "g/": 0, "c.patronage.toml": 3}
    versions = [version(key, size) for key, size in sizes.items()] + [version("c", 2)]
    found = keys_by_size(versions, most_bytes=10, most_keys=3)
    assert found == [["a"], ["b", "c", "d"], ["e"], ["f"]]


BROKEN = "delimiter = \n"


@pytest.mark.parametrize("place", ["sidecar", "settings"])
def test_a_fault_in_what_is_said_of_files_deletes_nothing(bucket, held, place):
    s3, _ = bucket
    put(s3, HEADER + line(1, "17") + line(2, "18"))
    if place == "sidecar":
        put(s3, BROKEN, key="raw/orders/a.csv.patronage.toml")
    else:
        held.lake.store.write_bytes("settings/ingest.toml", BROKEN.encode())
    before = contents(s3)
    with pytest.raises(RunFailed, match=r"raw/orders/a\.csv cannot be looked through for a fault in"):
        held.erase("raw/orders/a.csv", WHOM, erasure_id="e1")
    assert contents(s3) == before


OWN = "".join(f"{number};{who};p;1;2.50;2025-03-01\n" for number, who in enumerate(["17", "18", "19"]))


@pytest.fixture
def own(bucket, held):
    """Ingest a file that can be read by an option alone, and take the option away."""
    s3, _ = bucket
    version = put(s3, OWN, key="raw/orders/own.txt")
    names = json.dumps(HEADER.strip().split(","))
    options = {"header": json.loads(names), "delimiter": ";"}
    staged = held.raw.store.staged_version("raw/orders/own.txt", version)
    moment = staged.last_modified
    upload = Upload(
        path=staged.path, key="raw/orders/own.txt", version=version, last_modified=moment, options=options
    )
    assert ingest(upload, held.lake, SHOP, now=NOW)["kept"] == 3
    return s3


def test_an_object_that_was_ingested_and_cannot_be_read_now_is_not_deleted(own, held):
    with pytest.raises(RunFailed, match=r"raw/orders/own\.txt was ingested, but cannot be read"):
        held.erase("raw/orders/own.txt", WHOM, erasure_id="e1")
    assert contents(own) == {"raw/orders/own.txt": [OWN.encode()]}
    assert held.erase("raw/orders/own.txt", Subject(customer_id="170"), erasure_id="e1") == {}


def test_what_an_erasure_wrote_counts_as_ingested(own, held):
    put(own, OWN.encode(), key="raw/orders/own.txt", Metadata={"patronage-erased": "e0"})
    with pytest.raises(RunFailed, match="was ingested"):
        held.erase("raw/orders/own.txt", WHOM, erasure_id="e1")


def test_the_next_erasure_marks_what_an_earlier_one_wrote(bucket, held):
    s3, raw = bucket
    version = put(s3, HEADER + line(1, "17") + line(2, "18") + line(3, "19"))
    take_in(held, "raw/orders/a.csv", version)
    for whom, erasure_id in (("17", "e1"), ("18", "e2")):
        held.erase("raw/orders/a.csv", Subject(customer_id=whom), erasure_id=erasure_id)
    assert contents(s3) == {"raw/orders/a.csv": [(HEADER + line(3, "19")).encode()]}
    assert raw.is_marked("raw/orders/a.csv", None)


def test_an_upload_that_comes_between_look_and_write_is_not_written_over(bucket, held, tmp_path):
    s3, raw = bucket
    put(s3, HEADER + line(1, "17"))
    (seen,) = raw.of_key("raw/orders/a.csv")
    look = s3.head_object

    def looked(**asked):
        found = look(**asked)
        put(s3, HEADER + line(2, "18"))
        return found

    path = tmp_path / "new"
    path.write_text("new")
    with mock.patch.object(s3, "head_object", looked), pytest.raises(TryAgain, match="uploaded anew"):
        raw.put("raw/orders/a.csv", path, over=seen, erasure_id="e1")
    assert contents(s3)["raw/orders/a.csv"][0] == (HEADER + line(2, "18")).encode()


@pytest.mark.parametrize("text", [HEADER + line(1, "17"), "no table, of customer 17"], ids=["all", "bytes"])
def test_an_upload_that_comes_meanwhile_is_not_deleted(bucket, held, text):
    s3, raw = bucket
    key = "raw/orders/a.csv" if text.startswith(HEADER) else "raw/orders/x.bin"
    put(s3, text, key=key)
    seen = raw.of_key(key)
    newest = put(s3, HEADER + line(2, "18"), key=key)
    with mock.patch.object(raw, "of_key", return_value=seen), pytest.raises(TryAgain, match="uploaded anew"):
        held.erase(key, WHOM, erasure_id="e1")
    assert s3.head_object(Bucket="raw", Key=key)["VersionId"] == newest
    assert held.erase(key, WHOM, erasure_id="e1") == {"versions": 1} | (
        {} if text.startswith(HEADER) else {"unreadable": 1}
    )


def test_versions_since_a_time_that_hold_the_customer_are_counted(bucket, held):
    s3, _ = bucket
    put(s3, HEADER + line(1, "17"))
    put(s3, HEADER + line(1, "17") + line(2, "18"))
    put(s3, b"no table, of customer 17", key="raw/orders/x.bin")
    put(s3, "header = 17\n", key="raw/orders/z.csv.patronage.toml")
    put(s3, HEADER + line(1, "170"), key="raw/orders/y.csv")
    hour = timedelta(hours=1)
    assert held.still_hold(WHOM, since=datetime.now(UTC) - hour) == 3
    assert held.still_hold(WHOM, since=datetime.now(UTC) + hour) == 0

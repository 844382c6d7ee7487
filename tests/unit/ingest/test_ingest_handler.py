"""The ingest function as Lambda calls it, over a mocked S3."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

import serving_support as support
from patronage.logic.upload_keys import report_key
from patronage.steps import ingest as steps
from patronage.stores.objects import FolderStore

KEY = "raw/orders/2026/orders.csv"
GOOD = b"order_id,customer_id,product_id,quantity,unit_price,ordered_at\no1,c1,p1,1,2.50,2026-01-02\n"
PERSONAL = b"o1,jane.doe@example.com,Jane Doe,1,2.50\n"


@pytest.fixture
def upload(client, tmp_path, monkeypatch):
    """Give a function that uploads content and delivers its event; the lake is a local folder."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw-bucket")
    s3.put_bucket_versioning(Bucket="raw-bucket", VersioningConfiguration={"Status": "Enabled"})
    handler = support.fresh_function("ingest")

    class Lake(FolderStore):
        def close(self) -> None:
            """Keep the folder."""

    monkeypatch.setattr("patronage.runtime.lake", lambda: Lake(tmp_path))

    def deliver(content: bytes, key: str = KEY) -> Any:
        version = s3.put_object(Bucket="raw-bucket", Key=key, Body=content)["VersionId"]
        detail = {
            "bucket": {"name": "raw-bucket"},
            "object": {"key": key, "version-id": version, "etag": "e"},
        }
        record = {"messageId": "m1", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
        return handler({"Records": [record]}), report_key(steps.object_id(key, version))

    return deliver


def test_an_upload_is_ingested_and_its_message_done(upload, tmp_path):
    answer, report = upload(GOOD)
    assert answer == {"batchItemFailures": []}
    assert json.loads((tmp_path / report).read_bytes())["kept"] == 1


def test_what_the_console_makes_for_a_folder_is_no_upload(upload, tmp_path):
    answer, report = upload(b"", key="raw/orders/")
    assert answer == {"batchItemFailures": []}
    assert not (tmp_path / report).exists()


def test_an_unreadable_file_fails_the_invocation_so_that_the_alarm_counts_it(upload, tmp_path, caplog):
    with pytest.raises(Exception, match="cannot be read; its report says why") as failed:
        upload(PERSONAL)
    (report,) = tmp_path.glob("lake/reports/ingest/*.json")
    assert "no dialect fits" in json.loads(report.read_bytes())["problem"]
    told = str([vars(record) for record in caplog.records]) + str(failed.value)
    assert "file unreadable" in told
    assert "jane" not in told.lower()


def test_a_sidecar_is_read_with_its_file_and_ingests_it_again_when_it_comes_later(upload, tmp_path):
    odd = GOOD.replace(b"2.50", b"1.234")
    _, report = upload(odd)
    assert json.loads((tmp_path / report).read_bytes())["net_minor"] == 123
    with pytest.raises(Exception, match="cannot be read"):
        upload(b'dialect = "canonical"\nstrict = true\n', key=f"{KEY}.patronage.toml")
    again = json.loads((tmp_path / report).read_bytes())
    assert again["state"] == "unreadable"
    assert "strict is set" in again["problem"]


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("settings/ingest.toml", "# für März\n".encode("latin-1")),
        ("settings/ingest.toml", b'[[file]]\nmatch = "jane.doe@example.com"\n'),
        ("its sidecar", b"jane.doe@example.com"),
    ],
)
def test_faulty_settings_end_in_a_report_and_an_alert_that_names_them(
    upload, tmp_path, caplog, place, content
):
    if place == "its sidecar":
        upload(content, key=f"{KEY}.patronage.toml")
    else:
        (tmp_path / "settings").mkdir()
        (tmp_path / place).write_bytes(content)

    with pytest.raises(Exception, match=f"cannot be read for a fault in {place}; its report") as failed:
        upload(GOOD)

    (report,) = tmp_path.glob("lake/reports/ingest/*.json")
    assert json.loads(report.read_bytes())["fault_in"] == place
    told = str([vars(record) for record in caplog.records]) + str(failed.value)
    assert f"'fault_in': '{place}'" in told
    assert "jane" not in told.lower()


def test_a_faulty_dialect_of_the_shop_stops_no_upload_and_is_counted_for_the_alarm(
    upload, tmp_path, caplog, capsys
):
    (tmp_path / "settings/dialects").mkdir(parents=True)
    (tmp_path / "settings/dialects/till.toml").write_bytes("# für März\n".encode("latin-1"))

    answer, report = upload(GOOD)

    assert answer == {"batchItemFailures": []}
    assert json.loads((tmp_path / report).read_bytes())["kept"] == 1
    logged = [vars(record) for record in caplog.records if record.getMessage() == "quality breach"]
    assert ("dialect-settings", "alarm") in [(each["rule"], each["severity"]) for each in logged]
    assert '"severity":"alarm"' in capsys.readouterr().out


def test_a_sidecar_that_comes_before_its_file_waits_for_it(upload, tmp_path):
    answer, _ = upload(b"strict = true\n", key="raw/orders/later.csv.patronage.toml")
    assert answer == {"batchItemFailures": []}
    assert not list(tmp_path.glob("lake/reports/ingest/*.json"))
    _, report = upload(GOOD, key="raw/orders/later.csv")
    assert json.loads((tmp_path / report).read_bytes())["kept"] == 1


def test_a_fault_is_logged_by_kind_and_place_without_what_the_file_holds(upload, monkeypatch, caplog):
    def fault(*_args, **_options):
        raise ValueError("could not convert 'jane.doe@example.com'")

    monkeypatch.setattr("patronage.steps.ingest.step.make_plan", fault)
    with pytest.raises(Exception, match=r"ingest failed: ValueError at test_ingest_handler\.py") as failed:
        upload(GOOD)
    told = str([vars(record) for record in caplog.records]) + str(failed.value)
    assert "'error': 'ValueError'" in told
    assert "jane" not in told.lower()


def test_an_upload_that_breaks_quality_rules_is_counted_and_logged_without_personal_data(
    upload, caplog, capsys
):
    header = GOOD.partition(b"\n")[0]
    lines = [b"jane-%d,,Jane Doe,1,2.50,2020-01-02" % number for number in range(120)]
    answer, _ = upload(b"\n".join([header, *lines, b"o1,c1,p1,many,1,2020-01-02", b""]))
    assert answer == {"batchItemFailures": []}
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    (counted,) = metrics
    assert (counted["RowsRead"], counted["RowsRefused"]) == (121, 1)
    assert counted["QualityBreaches"] == 1, "the one of severity alarm"
    assert counted["rules"] == ["orders-without-customer", "old-orders"]
    assert counted["table"] == "orders"
    logged = [vars(record) for record in caplog.records if record.getMessage() == "quality breach"]
    assert [each["rule"] for each in logged] == ["orders-without-customer", "old-orders"]
    assert "jane" not in str(logged).lower()


def test_an_upload_that_keeps_the_rules_counts_no_breach(upload, capsys):
    upload(b"product_id,title,price\np1,Cup,5\n", key="raw/products/a.csv")
    out = capsys.readouterr().out
    assert '"RowsRead":1' in out
    assert "QualityBreaches" not in out


@pytest.fixture
def monitoring(upload, monkeypatch):
    """Let uploads start a machine, and give a function that lists what they started."""
    states = boto3.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]  # any will do
    monkeypatch.setenv("PATRONAGE_MONITORING_MACHINE", machine["stateMachineArn"])

    def started() -> list[dict[str, Any]]:
        found = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        return [states.describe_execution(executionArn=each["executionArn"]) for each in found]

    return started


def test_many_uploads_of_orders_start_one_run_of_monitoring(upload, monitoring):
    for number in range(3):
        upload(GOOD.replace(b"o1", b"o%d" % number), key=f"raw/orders/{number}.csv")
    names = {each["name"] for each in monitoring()}
    assert len(monitoring()) == len(names) <= 2  # two where ten minutes ended meanwhile
    assert all(name.startswith("new-data-") for name in names)
    assert json.loads(monitoring()[0]["input"]) == {"trigger": "new_data", "wait_seconds": 600}


def test_other_files_and_files_without_a_row_to_keep_start_no_run(upload, monitoring):
    upload(b"product_id,title,price\np1,Cup,5\n", key="raw/products/a.csv")
    upload(GOOD.partition(b"\n")[0] + b"\no1,c1,p1,many,2.50,2026-01-02\n")
    assert monitoring() == []


def test_an_upload_is_ingested_where_monitoring_cannot_be_started(upload, monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("PATRONAGE_MONITORING_MACHINE", "arn:aws:states:us-east-1:1:stateMachine:gone")
    answer, report = upload(GOOD)
    assert answer == {"batchItemFailures": []}
    assert json.loads((tmp_path / report).read_bytes())["kept"] == 1
    assert "monitoring not started" in [record.getMessage() for record in caplog.records]

"""A demo that cannot go on says why in one sentence, with exit code 1, and leaves nothing running."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patronage.cloud import check_port, deploy
from patronage.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.local_cloud

PATRONAGE = str(Path(sys.executable).with_name("patronage"))


@pytest.fixture
def port() -> int:
    return check_port(0)


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PATRONAGE, "demo", "--once", *options], capture_output=True, text=True, timeout=300, check=False
    )


def one_sentence(ended: subprocess.CompletedProcess[str]) -> str:
    (line,) = ended.stderr.strip().splitlines()
    assert ended.returncode == 1
    assert line.startswith("patronage: ")
    return line


def test_a_busy_port(busy_port):
    assert f"port {busy_port} of 127.0.0.1 is taken" in one_sentence(demo("--port", str(busy_port)))


def test_a_missing_file(port):
    assert "nowhere.csv is no file" in one_sentence(demo("--port", str(port), "--orders", "nowhere.csv"))


def test_a_wrong_currency(port, orders):
    told = one_sentence(demo("--port", str(port), "--orders", str(orders), "--currency", "pounds"))
    assert "'pounds' is not an ISO 4217 code" in told


def test_a_file_that_ingest_cannot_read(port, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("just,some\nnotes,here\n", encoding="utf-8")
    settings = ("--currency", "GBP", "--timezone", "Europe/London")
    told = one_sentence(demo("--port", str(port), "--orders", str(path), *settings))
    assert "raw/orders/notes.csv could not be read" in told
    assert check_port(port) == port


def test_a_file_without_a_line_to_keep(port, tmp_path):
    path = tmp_path / "words.csv"
    rows = ["order_id,customer_id,product_id,quantity,unit_price,ordered_at", "1,c,p,two,2.50,2025-01-01"]
    path.write_text("\n".join(rows), encoding="utf-8")
    settings = ("--currency", "GBP", "--timezone", "Europe/London")
    told = one_sentence(demo("--port", str(port), "--orders", str(path), *settings))
    assert "raw/orders/words.csv was refused whole: 1 of 1 row (100.0%) break a rule" in told


def test_a_deployment_that_fails_names_the_resource_and_its_reason(tmp_path, deployment):
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 99_999_999}}
    template = {"Resources": {"Wrong": queue}}
    destination = {"bucketName": "broken-${AWS::AccountId}", "objectKey": "t.json"}
    source = {"path": "Broken.template.json", "packaging": "file"}
    listed = {"files": {"t": {"source": source, "destinations": {"here": destination}}}}
    (tmp_path / "Broken.template.json").write_text(json.dumps(template))
    (tmp_path / "Broken.assets.json").write_text(json.dumps(listed))
    with pytest.raises(
        RunFailed, match=r"Broken ended as ROLLBACK_COMPLETE: Wrong \(AWS::SQS::Queue\): .*43200"
    ):
        deploy(deployment.stack.cloud, tmp_path, stack="Broken")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_ctrl_c_or_a_kill_stops_what_the_demo_started(sent, code, port, orders, group_is_gone):
    settings = ["--currency", "GBP", "--timezone", "Europe/London", "--orders", str(orders)]
    started = [PATRONAGE, "demo", "--port", str(port), *settings]
    with subprocess.Popen(started, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            if line.startswith("Serving"):
                break
        group = child_of(running.pid)
        time.sleep(0.5)
        running.send_signal(sent)
        assert running.wait(30) == code
    assert group_is_gone(group)
    assert check_port(port) == port


def child_of(pid: int) -> int:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return int(found.stdout.split()[0])

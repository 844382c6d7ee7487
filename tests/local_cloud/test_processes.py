"""Whatever ends the local cloud, nothing of it stays: no process, no folder, no port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from patronage.cloud import MiniStack, check_port
from patronage.errors import BadInput

pytestmark = pytest.mark.local_cloud

STARTS_ONE = """
import sys, time
from patronage.cloud import MiniStack
ministack = MiniStack(port=0)
ministack.start()
print(ministack.process_group, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Give an empty folder in which clouds of this test make theirs."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_stop_ends_the_cloud_and_the_functions_that_it_runs(deployment, group_is_gone, folder):
    # The session's own deployment shows that functions are in the group; this one is stopped.
    assert deployment.api.get("/api/v1/health").status == 200
    ministack = MiniStack(port=0)
    ministack.start()
    group, port = ministack.process_group, ministack.port
    assert not group_is_gone(group, within_seconds=0.1)
    assert list(folder.iterdir())
    ministack.stop()
    ministack.stop()
    assert group_is_gone(group)
    assert check_port(port) == port
    assert not list(folder.iterdir())


def test_a_killed_parent_takes_the_cloud_with_it(group_is_gone, folder):
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, text=True) as parent:
        group = int(parent.stdout.readline())
        assert not group_is_gone(group, within_seconds=0.1)
        parent.send_signal(signal.SIGKILL)
    assert group_is_gone(group)
    assert not list(folder.iterdir())


def test_functions_run_in_the_group_of_the_cloud(deployment):
    port = deployment.stack.cloud.endpoint.rpartition(":")[2]
    environments = [
        process
        for process in Path("/proc").glob("[0-9]*")
        if f"AWS_ENDPOINT_URL=http://127.0.0.1:{port}".encode() in read(process / "environ")
    ]
    groups = {os.getpgid(int(process.name)) for process in environments}
    assert len(environments) >= 5
    assert len(groups) == 1


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_it_listens_on_this_machine_alone_and_not_twice(deployment):
    port = int(deployment.stack.cloud.endpoint.rpartition(":")[2])
    with pytest.raises(BadInput, match=f"port {port} of 127.0.0.1 is taken"):
        MiniStack(port=port).start()
    listening = Path("/proc/net/tcp").read_text().splitlines()
    addresses = {line.split()[1] for line in listening if line.split()[1].endswith(f":{port:04X}")}
    assert {address.split(":")[0] for address in addresses} <= {"0100007F"}


def test_the_callers_credentials_do_not_reach_a_function(deployment, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-caller")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    with MiniStack(port=0) as ministack:
        environment = read(Path(f"/proc/{ministack.process_group}/environ")).decode()
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{ministack.endpoint}/_ministack/health"
        ) as answer:
            assert b'"auth": "enabled"' in answer.read()
    assert "production" not in environment
    assert "of-the-caller" not in environment
    assert "proxy.invalid" not in environment

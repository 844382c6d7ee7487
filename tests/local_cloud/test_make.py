"""The README's steps to a deployed stack, and its demo, by `make`, with the CDK's command and a local cloud.

Of the checkout only `cdk.json` differs: the cloud is local, and nobody is asked. AWS's command has a
stand-in.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from blocks_support import blocks, statements
from patronage.cloud import Cloud, MiniStack, function_names, open_stack
from tests_support import REPOSITORY, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.local_cloud
FILES = ("Makefile", "pyproject.toml", "uv.lock", "docs/openapi.json")
FOLDERS = ("infra", "layers", "functions", "events", "data", "dashboard/dist")
LOCAL = {"cloud": "local", "layers": "unbuilt"}
TOOLKIT = "cdk-hnb659fds-assets-000000000000-us-east-1"
"""The bucket that the CDK's bootstrap makes; it refuses plain HTTP, which the local cloud speaks."""
REPORT = ".venv/bin/patronage report --stack Patronage"
REPORTED_SECONDS = 120
NO_NODE = "#!/bin/sh\necho 'the machine has no node of use' >&2\nexit 97\n"
MAKE = '#!/bin/sh\nexec {make} --old-file=.venv/.synced-demo --old-file=dashboard/dist/index.html "$@"\n'
"""What this test's environment is made of stays as it is, however old it looks from a copy."""
COPY = """#!{python}
import sys, boto3
service, command, source, target = sys.argv[1:]
assert (service, command) == ("s3", "cp")
bucket, _, key = target.removeprefix("s3://").partition("/")
boto3.client("s3").upload_file(source, bucket, key + source if key.endswith("/") else key)
"""
"""The one command of AWS's that is needed; its command line is no Python package of this environment."""


class Checkout:
    """A copy of the repository, and a terminal in it that is signed in to a cloud."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self.folder = folder
        self.cloud = cloud

    def run(self, command: str) -> str:
        """Run a command that must succeed, and return what it said."""
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE"))}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        region = {"AWS_REGION": "us-east-1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        return kept | self.cloud.environment | region | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, orders: Path) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("checkout")
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "docs").mkdir()
    for name in FILES:
        shutil.copy2(REPOSITORY / name, folder / name)
    told = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))
    told |= {"context": told["context"] | LOCAL, "requireApproval": "never"}
    (folder / "cdk.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "bin").mkdir()
    python, make = sys.executable, shutil.which("make")
    for name, text in {"node": NO_NODE, "make": MAKE, "aws": COPY}.items():
        program = folder / "bin" / name
        program.write_text(text.format(python=python, make=make), encoding="utf-8")
        program.chmod(0o755)
    shutil.copy(orders, folder / "orders.csv")
    with MiniStack(port=0) as ministack:
        yield Checkout(folder, Cloud(ministack.endpoint))


@pytest.fixture(scope="module")
def deployed(checkout: Checkout) -> Checkout:
    """Take the README's first three steps."""
    settings, bootstrap, deploy, *_ = steps()
    assert "wrote patronage.toml" in checkout.run(settings)
    assert "bootstrapped" in checkout.run(bootstrap)
    checkout.cloud.client("s3").delete_bucket_policy(Bucket=TOOLKIT)
    said = checkout.run(deploy)
    assert re.search(r"Before make deploy of stack Patronage\n(  ✓ .*\n)+", said), said[:2000]
    assert "Try each of its functions with: make smoke STACK=Patronage" in said
    return checkout


def steps() -> list[str]:
    """Return the commands of the README's five steps."""
    of_page = (each.text for each in blocks("sh") if each.page == "README.md")
    (block,) = (text for text in of_page if "make bootstrap" in text)
    return [statement.text for statement in statements(block)]


def test_the_readme_s_five_steps_end_with_orders_in_the_lake(deployed: Checkout):
    smoke, upload = steps()[3:]
    stack = open_stack(deployed.cloud, "Patronage")

    assert f"All {len(function_names(stack)) + 2} are well." in deployed.run(smoke)
    deployed.run(upload.replace("RAW-BUCKET", stack.output("RawBucketName")))

    deadline = time.monotonic() + REPORTED_SECONDS
    while "orders.csv" not in (report := deployed.run(f"{REPORT} || true")):
        assert time.monotonic() < deadline, report
        time.sleep(2)


@pytest.mark.slow
def test_a_deployed_stack_shows_no_differences_and_goes_without_its_data(deployed: Checkout):
    """The local cloud forgets a stack's description, by which the look before tells ours: it is left out."""
    raw = open_stack(deployed.cloud, "Patronage").output("RawBucketName")
    s3 = deployed.cloud.client("s3")
    s3.put_object(Bucket=raw, Key="kept/by-the-shop.txt", Body=b"its own")

    assert "There were no differences" in deployed.run("make diff CHECK=off")
    assert "Patronage: destroyed" in deployed.run("make destroy CHECK=off ARGS=--force")

    assert s3.get_object(Bucket=raw, Key="kept/by-the-shop.txt")["Body"].read() == b"its own"


@pytest.mark.slow
def test_make_demo_takes_a_file_of_one_s_own_and_ends(checkout: Checkout):
    options = "--once --orders orders.csv --currency GBP --timezone Europe/London"
    said = checkout.run(f'make demo ARGS="{options} --port {free_port()}"')
    for what in ("Segments as of", "also bought this", "sign in as viewer", "Ready in"):
        assert what in said

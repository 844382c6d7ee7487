"""The template is synthesised once for each content of what it is made of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from patronage.cloud import sources_digest, synthesise
from patronage.errors import RunFailed
from patronage.settings import Shop

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Shop(currency="GBP", timezone="Europe/London")
APP = """
import json, os, pathlib, shutil, sys
assert sys.argv[1:] == ["--settings", json.loads(os.environ["CDK_CONTEXT_JSON"])["shop"]]
assert shutil.which("node"), "no Node on PATH"
written = json.loads(pathlib.Path("cdk.json").read_text())["context"]
context = written | json.loads(os.environ["CDK_CONTEXT_JSON"])
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir()
(out / "manifest.json").write_text(json.dumps(context | {"text": pathlib.Path(context["shop"]).read_text()}))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose CDK app only writes down what it was given."""
    root = tmp_path / "repository"
    for name in ("functions/ingest", "infra", "layers/tables"):
        (root / name).mkdir(parents=True)
    (root / "cdk.json").write_text('{"context": {"flag": true}}')
    (root / "uv.lock").write_text("lock")
    (root / "infra" / "app.py").write_text(APP)
    (root / "functions" / "ingest" / "handler.py").write_text("one")
    (root / "layers" / "tables" / "requirements.txt").write_text("duckdb==2.0.1")
    return root


def test_it_is_reused_while_nothing_changed(root: Path) -> None:
    first = synthesise(root, SHOP)
    second = synthesise(root, SHOP)
    assert (first.is_reused, second.is_reused) == (False, True)
    assert first.folder == second.folder
    assert first.folder.parent == root / "build" / "cdk.out.local"


def test_the_app_gets_the_context_of_the_local_cloud_and_the_shop(root: Path) -> None:
    written = (synthesise(root, SHOP).folder / "manifest.json").read_text()
    for said in ('"cloud": "local"', '"layers": "unbuilt"', '"flag": true', 'currency = \\"GBP\\"'):
        assert said in written


@pytest.mark.parametrize(
    "changed",
    [
        "cdk.json",
        "functions/ingest/handler.py",
        "functions/ingest/new.py",
        "infra/app.py",
        "layers/tables/requirements.txt",
        "uv.lock",
    ],
)
def test_a_change_of_any_source_changes_the_digest(root: Path, changed: str) -> None:
    before = sources_digest(root, SHOP)
    with (root / changed).open("a") as file:
        file.write("\n")
    assert sources_digest(root, SHOP) != before


def test_a_rename_and_other_settings_change_the_digest_and_caches_do_not(root: Path) -> None:
    before = sources_digest(root, SHOP)
    (root / "infra" / "__pycache__").mkdir()
    (root / "infra" / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"cache")
    os.utime(root / "infra" / "app.py", (0, 0))
    assert sources_digest(root, SHOP) == before
    assert sources_digest(root, Shop(currency="EUR", timezone="Europe/London")) != before
    handler = root / "functions" / "ingest" / "handler.py"
    handler.rename(handler.with_name("other.py"))
    assert sources_digest(root, SHOP) != before


def test_a_failing_app_is_one_sentence_and_is_not_reused(root: Path) -> None:
    app = root / "infra" / "app.py"
    app.write_text(APP + "raise SystemExit('AwsSolutions-S1: the bucket has no access log')\n")
    for _ in range(2):
        with pytest.raises(RunFailed, match=r"infra/app.py ended with 1: AwsSolutions-S1"):
            synthesise(root, SHOP)
    assert list((root / "build" / "cdk.out.local").iterdir()) == []


def test_old_assemblies_go(root: Path) -> None:
    made = [synthesise(root, Shop(currency=currency)).folder for currency in ("EUR", "GBP", "USD", "JPY")]
    for age, folder in enumerate(reversed(made)):
        if folder.exists():
            os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    newest = synthesise(root, Shop(currency="CHF")).folder
    assert newest.exists()
    assert len(list(newest.parent.iterdir())) == 3

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from erase_doors_support import IDS, ORDERS, PERSON, everybodys_orders, table_of
from erase_support import SHOP, ZOE, copied, taken_in, uploads
from patronage.cli.erase import erase
from patronage.cli.export_customer import export_customer
from patronage.errors import NotFound
from patronage.steps.erase.search import objects_that_mention
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from searcher_support import Searcher, folder_contents


def call(command, *arguments: object):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Lake:
    folder = tmp_path_factory.mktemp("filled")
    opened = Lake(FolderStore(folder / "lake"))
    taken_in(opened, folder, uploads())
    opened.store.write_bytes("shop.json", SHOP.to_json().encode())
    return opened


@pytest.fixture
def lake(filled, tmp_path) -> Lake:
    return copied(filled, tmp_path)


def test_a_customer_is_handed_out_and_erased(lake, tmp_path):
    output, folder = tmp_path / "zoe.zip", lake.store.root
    assert call(export_customer, ZOE, "--output", output, "--lake", folder).exit_code == 0
    with zipfile.ZipFile(output) as archive:
        assert archive.namelist() == ["orders.csv", "customers.csv", "events.csv", "ratings.csv"]
    done = call(erase, ZOE, "--lake", folder)
    assert done.exit_code == 0
    assert "12 rows" in done.output
    assert "mentions the same text still" not in done.output
    assert objects_that_mention(lake.store, ZOE) == []
    assert Searcher({"whom": ZOE, "visit": "visit-of-3"}).found_in(folder_contents(folder)) == {}
    again = call(export_customer, ZOE, "--output", output, "--lake", folder)
    assert isinstance(again.exception, NotFound)
    assert not output.exists()


@pytest.mark.slow
def test_all_that_a_run_on_a_laptop_left_in_its_lake_goes(tmp_path):
    """The whole commands, and a search that does not know the lake; what a run writes elsewhere stays."""
    orders, lake, out = tmp_path / "orders.csv", tmp_path / "lake", tmp_path / "out"
    orders.write_bytes(table_of(ORDERS, everybodys_orders()))
    searcher = Searcher({name: IDS[name] for name in ("customer", "order")})
    command = [Path(sys.executable).with_name("patronage")]
    shop = ["--currency", "GBP", "--timezone", "Europe/London"]
    ran = [*command, "run", "--orders", orders, "--lake", lake, "--out", out, *shop]
    subprocess.run(ran, check=True, capture_output=True)
    before = searcher.found_in(folder_contents(lake))
    assert {"lake", "runs"} <= {place.split("/")[0] for place in before}
    erased = subprocess.run([*command, "erase", PERSON, "--lake", lake], check=True, capture_output=True)
    assert searcher.found_in(folder_contents(lake)) == {}
    assert "or that were written of it" in " ".join(erased.stdout.decode().split())
    assert searcher.found_in(folder_contents(out))


def test_what_may_be_somebody_elses_is_told(lake):
    done = call(erase, "tea1", "--lake", lake.store.root)
    assert "mentions the same text still" in done.output


def test_the_secret_of_a_lake_is_drawn_once_and_for_its_owner_alone(lake):
    call(erase, "c1", "--lake", lake.store.root)
    secret = lake.store.root / "erasures/secret"
    first = secret.read_bytes()
    call(erase, "c2", "--lake", lake.store.root)
    assert secret.read_bytes() == first
    assert secret.stat().st_mode & 0o777 == 0o600

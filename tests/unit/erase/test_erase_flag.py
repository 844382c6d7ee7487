"""An upload is flagged for who was erased and stands in it, not for whose rows lie beside its own."""

from __future__ import annotations

import pytest

from erase_support import ORDERS, SECRET, SHOP
from patronage.logic.erase.ids import hmac_of
from patronage.steps.erase.flag import flag
from patronage.steps.erase.remembered import remember
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW


def line(order: str, customer: str, quantity: int = 1) -> str:
    return f"{order},{customer},p,The p,{quantity},2.50,2025-12-01T12:00:00Z\n"


@pytest.fixture
def upload(tmp_path):
    """Give a function that ingests a text, and flags it as the function does."""
    lake = Lake(FolderStore(tmp_path / "lake"))
    remember(lake.store, hmac_of("jane", SECRET), {"erasure_id": "e", "asked_at": NOW.isoformat()})

    def run(name: str, *lines: str) -> int:
        path = tmp_path / name
        path.write_text(ORDERS + "".join(lines), encoding="utf-8")
        upload = Upload(path=path, key=f"raw/orders/{name}", version="1", last_modified=NOW)
        report = ingest(upload, lake, SHOP, now=NOW)
        return flag(upload, report, lake, SHOP, secret=lambda: SECRET).get("erased_customers_again", 0)

    return run


def test_a_correction_of_others_is_not_flagged_for_whom_its_commit_kept(upload):
    assert upload("a.csv", line("o1", "jane"), line("o2", "ann")) == 1
    assert upload("b.csv", line("o2", "ann", 3)) == 0


def test_a_correction_that_brings_the_person_is(upload):
    assert upload("a.csv", line("o1", "jane"), line("o2", "ann")) == 1
    assert upload("b.csv", line("o1", "jane", 3)) == 1

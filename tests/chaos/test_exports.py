"""The export of a customer's data is disturbed: the zip holds what that of a quiet hour holds."""

from __future__ import annotations

import io
import urllib.request
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from chaos_support import Fault

if TYPE_CHECKING:
    from chaos_shop_support import Shop

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

PERSON = "A1"
ERASE = "*-EraseFunction-*"
WRITES = (1, 2, 3, 4)
"""The zip, its files, the deletion of who asked, and that it is done."""
KINDS = {
    **{("kill_before", nth): f"killed before its write {nth}" for nth in WRITES},
    **{("kill_after", nth): f"killed after its write {nth}" for nth in WRITES},
    ("throttled", 0): "each call throttled once",
    ("failed", 0): "each call failed once",
    ("lost_answer", 0): "each call carried out, its answer lost",
}


@pytest.fixture(scope="module")
def undisturbed(shop: Shop) -> dict[str, bytes]:
    return unpacked(shop.export(PERSON))


@pytest.mark.parametrize(("kind", "nth"), KINDS)
def test_the_zip_holds_the_same(shop, record, undisturbed, kind, nth):
    alerts = len(shop.alerts.received())
    fault = Fault(kind, nth=nth, function=ERASE)
    if not nth:
        fault = Fault(kind, actions=("*",), each_once=True, function=ERASE)
    with shop.faults.planned(fault):
        said = shop.export(PERSON)
    assert shop.faults.last, "the fault struck nothing"
    assert said["state"] == "done", said
    assert unpacked(said) == undisturbed
    assert requests(shop) == []
    assert shop.alerts_since(alerts, least=0) == []
    record(
        "export of a customer's data",
        KINDS[kind, nth],
        len(shop.faults.last),
        "tried again; the same zip; no alert",
    )


def test_one_that_fails_for_good_says_so_and_keeps_nothing(shop, record, undisturbed):
    fault = Fault("denied", function=ERASE, step="export", attempts=10**6)
    with shop.faults.planned(fault):
        said = shop.export(PERSON)
    assert shop.faults.last, "the fault struck nothing"
    assert said["state"] == "failed", said
    assert "url" not in said
    assert requests(shop) == []
    assert unpacked(shop.export(PERSON)) == undisturbed, "the next one is made"
    record(
        "export of a customer's data",
        "a write refused for good",
        len(shop.faults.last),
        "said to have failed; who asked is forgotten; the next one is made",
    )


def unpacked(said: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of an export, as the admin's browser fetches them."""
    fetch = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    with fetch(said["url"], timeout=30) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == set(said["files"])
        return {name: archive.read(name) for name in archive.namelist()}


def requests(shop: Shop) -> list[str]:
    """Return what still names the person beside the exports."""
    with closing(shop.stack.lake_store()) as store:
        return [key for key in store.keys("exports/") if key.endswith("request.json")]

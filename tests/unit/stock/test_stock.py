"""The shop's own table of products in the serving table, after each upload."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import serving_support as support
from patronage.errors import TryAgain
from patronage.logic.serve.catalogue import Stocked, unpack_stock
from patronage.settings import Shop
from patronage.steps.stock import publish_products
from patronage.stores.serving import ServingTable
from tests_support import NOW

HEADER = "product_id,title,category,price,currency,stock,is_active,released_at\n"
CUP = "cup,Cup,Kitchen > Cups,2.50,GBP,3,true,2025-03-30T00:30:00Z\n"
HOUR = timedelta(hours=1)
ENDS = int((NOW + timedelta(days=1)).timestamp())


@pytest.fixture
def upload(ingest_text):
    """Ingest rows of products, each time as a newer object."""
    count = iter(range(1_000))

    def run(rows: str, header: str = HEADER) -> dict:
        number = next(count)
        return ingest_text(header + rows, key=f"raw/products/{number}.csv", modified=NOW + number * HOUR)

    return run


@pytest.fixture
def published(lake, table, shop):
    """Publish what the lake holds and return the answer."""

    def run(*, hours: int = 0, by: ServingTable | None = None, shop: Shop = shop) -> dict:
        return publish_products(lake, by or table, shop, now=NOW, as_of=NOW + hours * HOUR)

    return run


def live_stock(table: ServingTable) -> dict[str, Stocked]:
    return stock_of(table, table.pointer()["products"].run_id)


def stock_of(table: ServingTable, generation: str) -> dict[str, Stocked]:
    meta = table.get(f"catalogue#{generation}#meta")
    pages = [table.get(f"catalogue#{generation}#{page}")["packed"] for page in range(meta["pages"])]
    found = unpack_stock(pages)
    assert len(found) == meta["products"]
    return found


def ends(client) -> dict[str, set[int | None]]:
    """Return the ends of the items of each generation, None for none."""
    found: dict[str, set[int | None]] = {}
    for item in client.scan(TableName=support.TABLE)["Items"]:
        _, _, rest = item["pk"]["S"].partition("#")
        if rest:
            end = int(item["expires_at"]["N"]) if "expires_at" in item else None
            found.setdefault(rest.partition("#")[0], set()).add(end)
    return found


def test_what_the_shop_says_becomes_these_rows(upload, published, table):
    upload(
        CUP
        + "dear,,,1.005,gbp,2.9,false,\n"
        + "euro,Pan,,10,EUR,,,\n"
        + "odd,Odd,  Tea >  Green > ,,,-1.5,,2026-01-10T23:59:00Z\n"
        + "yen,Bowl,,900,JPY,0,,\n"
    )
    rich = Shop(currency="GBP", timezone="Europe/London", rates={"EUR": {"2020-01-01": "0.85"}})
    assert published(shop=rich) == {"generation": "products-1", "as_of": NOW.isoformat()}
    # On 30 March 2025 at 00:30 UTC London still had winter time.
    assert live_stock(table) == {
        "cup": Stocked("cup", "Cup", 250, "Kitchen > Cups", 3, True, "2025-03-30"),
        "dear": Stocked("dear", "", 100, "", 2, False, ""),  # half a penny goes to the even one
        "euro": Stocked("euro", "Pan", 850, "", None, True, ""),
        "odd": Stocked("odd", "Odd", None, "Tea > Green", -2, True, "2026-01-10"),
        "yen": Stocked("yen", "Bowl", None, "", 0, True, ""),
    }
    entry = table.pointer()["products"]
    assert (entry.run_id, entry.currency, entry.version) == ("products-1", "GBP", 1)
    assert table.get("catalogue#products-1#meta")["as_of"] == NOW.isoformat()


def test_without_products_there_is_nothing_to_publish(published, table, client):
    assert published() == {"generation": "", "as_of": ""}
    assert client.scan(TableName=support.TABLE)["Items"] == []


def test_a_newer_upload_is_live_at_once_and_the_one_before_ends_a_day_later(upload, published, table, client):
    upload(CUP)
    published()
    upload(CUP.replace(",3,", ",0,"))
    published(hours=1)
    assert live_stock(table)["cup"].stock == 0
    assert stock_of(table, "products-1")["cup"].stock == 3
    assert ends(client) == {"products-1": {ENDS}, "products-2": {None}}
    live = table.pointer()["products"]
    assert (live.as_of, live.superseded.run_id) == ((NOW + HOUR).isoformat(), "products-1")


def test_an_upload_of_some_products_leaves_the_others(upload, published, table):
    upload(CUP + "pan,Pan,Kitchen,9,GBP,4,,\n")
    upload("pan,Pan,Kitchen,9,GBP,1,,\n")
    published()
    assert {name: each.stock for name, each in live_stock(table).items()} == {"cup": 3, "pan": 1}


def test_repeating_it_changes_nothing(upload, published, client):
    upload(CUP)
    upload(CUP.replace(",3,", ",0,"))
    first = published(hours=1)
    before = client.scan(TableName=support.TABLE)["Items"]
    assert published(hours=1) == first
    assert client.scan(TableName=support.TABLE)["Items"] == before


def test_the_same_products_uploaded_again_are_as_fresh_as_the_newest_upload(upload, published, table):
    upload(CUP)
    published(hours=2)
    assert published(hours=5) == {"generation": "products-1", "as_of": (NOW + 5 * HOUR).isoformat()}
    assert published(hours=3) == {"generation": "products-1", "as_of": (NOW + 5 * HOUR).isoformat()}
    assert table.pointer()["products"].version == 2
    upload(CUP.replace(",3,", ",1,"))
    assert published(hours=4)["as_of"] == (NOW + 5 * HOUR).isoformat()  # an event that came late


@pytest.mark.slow
@pytest.mark.parametrize("dies_at", range(5))
def test_whoever_dies_on_the_way_leaves_nothing_behind_for_ever(upload, published, table, client, dies_at):
    """At the first item, the pages, the last item, the pointer, or where the one before is to end."""
    upload(CUP)
    published()
    upload(CUP.replace(",3,", ",2,"))
    with pytest.raises(TryAgain):
        published(by=Dying(client, dies_at))
    assert live_stock(table)["cup"].stock == (2 if dies_at == 4 else 3)
    upload(CUP.replace(",3,", ",1,"))
    published()
    assert live_stock(table)["cup"].stock == 1
    of_products = ends(client)
    assert of_products.pop("products-3") == {None}
    assert of_products.pop("products-2", {ENDS}) == {ENDS}
    assert of_products == {"products-1": {ENDS}}


@pytest.mark.slow
@pytest.mark.parametrize("dies_at", range(5))
def test_the_repeat_makes_up_for_whoever_died(upload, published, table, client, dies_at):
    upload(CUP)
    published()
    upload(CUP.replace(",3,", ",2,"))
    with pytest.raises(TryAgain):
        published(by=Dying(client, dies_at))
    published()
    assert live_stock(table)["cup"].stock == 2
    assert ends(client) == {"products-1": {ENDS}, "products-2": {None}}


@pytest.mark.parametrize("at", range(4))
def test_who_is_overtaken_leaves_the_newer_one_live_and_takes_the_own_items_back(
    upload, published, table, client, at
):
    """A newer upload is published whole before the first item, the pages, the last item or the flip."""
    upload(CUP)

    def overtake() -> None:
        upload(CUP.replace(",3,", ",1,"))
        published(hours=1)

    slow = Dying(client, at, overtake)
    assert published(by=slow) == {"generation": "products-2", "as_of": (NOW + HOUR).isoformat()}
    assert live_stock(table)["cup"].stock == 1
    assert ends(client) == {"products-1": {ENDS}, "products-2": {None}}


def test_a_pointer_that_never_rests_is_tried_again_later(upload, published, client):
    upload(CUP)

    class Restless(ServingTable):
        def point(self, family, entry) -> bool:
            return False

    with pytest.raises(TryAgain, match="moved 5 times; deliver the event again"):
        published(by=Restless(support.TABLE, client=client))


def test_a_table_of_many_products_is_cut_into_pages(upload, published, table, monkeypatch):
    monkeypatch.setattr("patronage.logic.serve.catalogue._ROWS_A_PAGE", 10)
    upload("".join(f"p{n:02},Product {n},,1,GBP,{n},,\n" for n in range(35)))
    published()
    assert table.get("catalogue#products-1#meta")["pages"] == 4
    assert {name: each.stock for name, each in live_stock(table).items()} == {
        f"p{n:02}": n for n in range(35)
    }


def test_it_stands_beside_the_runs(upload, published, table, store):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    upload(CUP)
    published()
    assert {family: entry.run_id for family, entry in table.pointer().items()} == {
        "recommendations": "run",
        "products": "products-1",
    }
    later = replace(table.pointer()["recommendations"], version=2)
    assert table.point("recommendations", later)
    assert table.pointer()["products"].run_id == "products-1"


class Dying(ServingTable):
    """Fails, or is overtaken, once: before its nth write."""

    def __init__(self, client, at: int, meanwhile=None) -> None:
        super().__init__(support.TABLE, client=client)
        self._left, self._meanwhile = at, meanwhile

    def put_all(self, items) -> None:
        self._write()
        super().put_all(items)

    def point(self, family, entry) -> bool:
        self._write()
        return super().point(family, entry)

    def expire(self, keys, *, at) -> int:
        self._write()
        return super().expire(keys, at=at)

    def _write(self) -> None:
        self._left -= 1
        if self._left == -1:
            if self._meanwhile is None:
                raise TryAgain("it died")
            self._meanwhile()

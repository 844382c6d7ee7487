"""What docs/settings.md says of settings, sidecars and reports is so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from patronage.configuration import StackSettings
from patronage.logic.ingest.options import Options, options_for
from patronage.logic.ingest.values import Rates
from patronage.logic.upload_keys import quarantine_key
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from tests_support import NOW, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.steps.ingest import Upload
    from patronage.stores.lake import Lake

TEXT = (REPOSITORY / "docs/settings.md").read_text(encoding="utf-8")
HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
TYPES = {
    "str": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple[str, ...]": "a list of texts",
    "Mapping[str, Any]": "a table",
    "Mapping[str, str | Sequence[str]]": "a table",
}
NOT_WRITTEN = {"known_dialects", "faults", "own"}


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def toml_of(title: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", section(title), re.DOTALL)


def listed(title: str) -> dict[str, tuple[str, str]]:
    """Return type and default of each setting of a table of the page."""
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", section(title), re.MULTILINE)
    return {name: (kind, default) for name, kind, default in rows}


def written(field: Field[Any]) -> tuple[str, str]:
    """Write a setting's type and default as the page does; a dash where there is none."""
    default = field.default if field.default is not MISSING else None
    told = (
        "—"
        if default in (None, "", ())
        else f"`{str(default).lower() if default in (True, False) else default}`"
    )
    return TYPES[str(field.type).removesuffix(" | None")], told


@pytest.mark.parametrize(
    ("title", "kind"), [("The shop", Shop), ("The stack", StackSettings), ("Options of a file", Options)]
)
def test_the_page_lists_every_setting_with_its_type_and_default(title: str, kind: type[Any]):
    known = {each.name: written(each) for each in fields(kind) if each.name not in NOT_WRITTEN}

    assert listed(title) == known


def test_the_examples_of_the_page_are_settings():
    (shop,), (stack,) = toml_of("The shop"), toml_of("The stack")
    settings = Shop.from_mapping(tomllib.loads(shop)["shop"])
    assert StackSettings.from_mapping(tomllib.loads(stack)["stack"]).name == "Tea"
    sidecar, files = toml_of("Options of a file")

    found = options_for("raw/files/a.xlsx", settings=files, sidecar=sidecar)

    assert set(Rates.from_mapping(settings.rates).by_currency) == {"USD", "GBP"}
    assert (found.sheet, found.delimiter, found.split_orders, found.strict) == ("Export", ";", True, True)
    assert options_for("raw/orders/till-1/a.csv", settings=files).dialect == "till"


@pytest.mark.parametrize("rows", [1, 3000])
def test_times_in_the_hours_of_the_clock_changes_are_read_as_the_page_says(
    rows: int, lake: Lake, upload_text: Callable[..., Upload]
):
    said = re.findall(r"^\| `([-0-9: ]+)` \| ([-0-9: ]+) UTC \|", TEXT, re.MULTILINE)
    plain = "".join(f"p{n},c,p,1,1,2025-06-01 10:00:00\n" for n in range(rows))
    odd = "".join(f"o{n},c,p,1,1,{time}\n" for n, (time, _) in enumerate(said))

    ingest(upload_text(HEADER + plain + odd), lake, Shop(timezone="Europe/Berlin"), now=NOW)

    files = [str(path) for path in lake.snapshot("orders").files()]
    stored = duckdb.sql(
        "SELECT strftime(ordered_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') "
        f"FROM read_parquet({files}) WHERE order_id LIKE 'o%' ORDER BY order_id"
    ).fetchall()
    assert len(said) == 2
    assert [time for (time,) in stored] == [utc for _, utc in said]


def test_the_states_and_the_lines_of_the_quarantine_are_those_of_the_page(
    lake: Lake, upload_text: Callable[..., Upload]
):
    good, bad = "o{},c,p,1,1,2025-06-01\n", "b,c,p,many,1,2025-06-01\n"
    texts = {
        "done": HEADER + "".join(map(good.format, range(9))) + bad,
        "refused": HEADER + good.format(1) + bad,
        "unreadable": "nothing\n",
    }
    reports = {
        state: ingest(upload_text(text, key=f"raw/{state}.csv"), lake, Shop(), now=NOW)
        for state, text in texts.items()
    }

    said = re.findall(r"^\| `([a-z]+)` \| [^|]+ \|$", section("What a report says"), re.MULTILINE)
    assert [report["state"] for report in reports.values()] == said[1:]
    assert said[0] == "state"
    (line,) = lake.store.read_bytes(quarantine_key(reports["done"]["object"])).decode().splitlines()
    keys = section("What a report says").partition("has `object`")[2].partition(". ")[0]
    assert re.findall(r'"([a-z]+)": ', line) == ["object", *re.findall("`([a-z]+)`", keys)]

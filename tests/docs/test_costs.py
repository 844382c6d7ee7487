"""The costs that the pages state are those that the estimate gives today."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from benchmarks.comparison_paper import SHOP, alternatives
from patronage.logic.cost.estimate import by_service, estimate
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import Volumes
from tests_support import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SCALE = (REPOSITORY / "docs" / "scale.md").read_text(encoding="utf-8")
COST = (REPOSITORY / "docs" / "cost.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    """What a page says that something costs, and costs where the free allowances are used up."""

    usd: str
    nothing_free: str


@pytest.fixture(scope="module")
def typical() -> dict[str, Any]:
    """Give the month of a shop that states nothing."""
    return estimate(Volumes(), list_prices())


def table(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading, without its head."""
    section = re.split(r"^## ", page.partition(f"## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines[2:]]


def of(*parts: dict[str, Any]) -> Row:
    return Row(*(f"{sum(each[key] for each in parts):.2f}" for key in ("usd", "usd_without_free")))


def test_the_readme_s_two_months_are_the_estimate_s(typical):
    (_, idle, of_idle), (_, month, of_month) = table(README, "What it costs")
    expected = of(typical["idle"])
    assert (idle, of_idle.split("; ")[-1].split()[0]) == (f"${expected.usd}", f"${expected.nothing_free}")
    expected, volumes = of(typical["month"]), typical["volumes"]
    assert month == f"${expected.usd}"
    assert of_month == (
        f"{volumes['customers']:,} customers, {volumes['orders']:,} orders, a million events, "
        f"{volumes['lookups']:,} lookups; ${expected.nothing_free} with nothing free"
    )
    assert volumes["events"] == 1_000_000


def test_the_readme_s_comparison_has_the_months_that_are_computed():
    usd = {each.name: each.usd for each in alternatives()}
    heads = ["Patronage", "Amazon Personalize", "Gorse", "scripts with implicit"]
    names = [*heads[:3], "scripts with implicit or SAR"]
    assert f"| | {' | '.join(heads)} |\n" in README
    (row,) = (each for each in table(README, "How it compares") if each[0].startswith("a month of 100,000"))
    assert row[1:] == [f"${usd[name]:.0f}" for name in names]


@pytest.mark.parametrize("page", [README, SCALE], ids=["README.md", "docs/scale.md"])
def test_the_command_of_our_month_prices_the_shop_of_the_comparison(page):
    """Only so is the number that it prints the one of the table."""
    (options,) = re.findall(r"patronage cost (--customers 100000 [^`\n]+)", page)
    stated = {name.replace("-", "_"): int(value) for name, value in re.findall(r"--(\S+) (\d+)", options)}
    assert Volumes().stated(**stated) == SHOP
    assert f"{SHOP.products:,} products, {SHOP.orders:,} orders of three lines" in " ".join(page.split())
    assert SHOP.order_lines == 3 * SHOP.orders


def test_what_idle_costs_is_the_estimate_s(typical):
    lines = {f"{each['service']}: {each['what']}": each for each in typical["lines"] if each["is_idle"]}
    *named, (rest, *of_rest), (in_all, *of_all) = table(COST, "Idle")
    for what, *amounts in named:
        line = lines.pop(what)
        assert amounts == [f"{line['quantity']:,.2f}", *of(line)], what
    assert rest.startswith("the rest of")
    assert of_rest[1:] == list(of(*lines.values()))
    assert (in_all, of_all[1:]) == ("idle, in all", list(of(typical["idle"])))


def test_what_a_month_costs_by_service_is_the_estimate_s(typical):
    services = {each["service"]: of(each) for each in by_service(typical)}
    shown = {service: Row(*amounts) for service, *amounts in table(COST, "A typical month")}
    assert shown.pop("a month") == of(typical["month"])
    assert shown == {name: services[name] for name in shown}
    assert {services[name] for name in set(services) - set(shown)} == {Row("0.00", "0.00")}

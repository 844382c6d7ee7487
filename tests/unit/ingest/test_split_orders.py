"""With `split_orders` the parts of an order over several files are united, each part by its own key."""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import partial
from itertools import permutations

import duckdb
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, adds_up, some

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
WITH_LINES = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at\n"


def text(*lines: str) -> str:
    """Write lines such as ``o1 lamp``, or ``o1 2 lamp`` where they have a line id."""
    cells = [line.split() for line in lines]
    rows = [",".join([*line[:-1], "c", line[-1], "1", "2.50", "2026-01-02"]) for line in cells]
    return (WITH_LINES if len(cells[0]) > 2 else HEADER) + "\n".join(rows) + "\n"


def part(folder, lake, key, *lines, hour=0, version=None):
    """Ingest a part: its key, its lines, and the hour at which it was last modified."""
    path = folder / "part.csv"
    path.write_text(text(*lines), encoding="utf-8")
    upload = Upload(
        path=path,
        key=f"raw/orders/{key}.csv",
        version=version or str(hour),
        last_modified=NOW + timedelta(hours=hour),
        sidecar="split_orders = true",
    )
    report = ingest(upload, lake, Shop(), now=NOW)
    assert adds_up(report)
    return report


@pytest.fixture
def take(tmp_path, lake):
    return partial(part, tmp_path, lake)


@pytest.fixture
def held(lake):
    def lines():
        files = [str(path) for path in lake.snapshot("orders").files()]
        found = duckdb.sql(f"SELECT order_id, product_id FROM read_parquet({files}) ORDER BY ALL")
        return [" ".join(row) for row in found.fetchall()]

    return lines


PARTS = {"a": ("o1 lamp", "o1 lamp", "o2 bulb"), "b": ("o1 shade",), "c": ("o1 cord", "o3 bulb")}
WHOLE = ["o1 cord", "o1 lamp", "o1 lamp", "o1 shade", "o2 bulb", "o3 bulb"]


@pytest.fixture(scope="module")
def of_three_parts(tmp_path_factory):
    """Return the folder of a lake that took the three parts."""
    folder = tmp_path_factory.mktemp("parts")
    lake = Lake(FolderStore(folder / "lake"))
    for key, lines in PARTS.items():
        part(folder, lake, key, *lines)
    return lake.store.root


@pytest.fixture
def whole(of_three_parts, lake):
    """Have the three parts in the lake."""
    shutil.copytree(of_three_parts, lake.store.root, dirs_exist_ok=True)


@pytest.mark.parametrize("order", some(permutations("abc"), every=3))
@pytest.mark.parametrize("hours", [(0, 0, 0), (0, 1, 2), (2, 1, 0)])
def test_three_parts_are_united_in_any_order(take, held, order, hours):
    reports = [take(key, *PARTS[key], hour=hour) for key, hour in zip(order, hours, strict=True)]

    assert [report["superseded"] for report in reports] == [0, 0, 0]
    assert held() == WHOLE


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (("o1 mirror",), ["o1 cord", "o1 lamp", "o1 lamp", "o1 mirror", "o2 bulb", "o3 bulb"]),
        (("o1 shade", "o1 hook"), ["o1 cord", "o1 hook", *WHOLE[1:]]),
        (("o9 shade",), [*WHOLE, "o9 shade"]),
    ],
    ids=["another product", "one more line", "another order"],
)
@pytest.mark.usefixtures("whole")
def test_a_corrected_part_replaces_its_own_lines_alone(take, held, lines, after):
    take("b", *lines, hour=1)

    assert held() == sorted(after)


@pytest.mark.usefixtures("whole")
def test_a_part_that_lost_a_line_says_so(take, held):
    report = take("a", "o1 lamp", "o2 bulb", hour=1)

    assert held() == ["o1 cord", "o1 lamp", *WHOLE[3:]]
    assert report["replaced"] == 3


@pytest.mark.parametrize(("key", "version"), [("b", "0"), ("b", "again"), ("copy-of-b", "0")])
@pytest.mark.usefixtures("whole")
def test_a_part_that_comes_twice_changes_nothing(take, held, key, version):
    take(key, *PARTS["b"], hour=1 if version == "again" else 0, version=version)

    assert held() == WHOLE


def test_an_older_version_that_comes_late_does_not_undo_the_newer(take, held):
    take("b", "o1 mirror", hour=5)
    take("a", *PARTS["a"], hour=3)
    late = take("b", *PARTS["b"], hour=2)
    take("c", *PARTS["c"], hour=1)

    assert (late["kept"], late["superseded"]) == (0, 1)
    assert held() == sorted(["o1 mirror", *PARTS["a"], *PARTS["c"]])


@pytest.mark.parametrize("order", some(permutations(range(3)), every=3))
def test_the_newest_of_three_versions_counts_in_any_order(take, held, order):
    versions = (("o1 lamp", "o1 shade"), ("o1 lamp",), ("o1 lamp", "o1 cord"))
    take("other", "o1 bulb")

    for hour in order:
        take("a", *versions[hour], hour=hour)

    assert held() == ["o1 bulb", "o1 cord", "o1 lamp"]


@pytest.mark.parametrize("order", some(permutations("abc"), every=3))
def test_parts_with_line_ids_are_united_too(take, held, order):
    parts = {"a": ("o1 1 lamp", "o2 1 bulb"), "b": ("o1 2 shade",), "c": ("o1 3 cord",)}
    for key in order:
        take(key, *parts[key])

    take("b", "o1 2 mirror", hour=1)

    assert held() == ["o1 cord", "o1 lamp", "o1 mirror", "o2 bulb"]


def test_a_line_with_an_id_counts_once_whichever_part_holds_it(take, held):
    take("a", "o1 1 lamp", "o1 2 shade")

    take("b", "o1 2 mirror", "o1 3 cord", hour=1)

    assert held() == ["o1 cord", "o1 lamp", "o1 mirror"]

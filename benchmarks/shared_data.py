"""Where the data sets lie: the bundled real orders, and public ones that are not ours to ship."""

from __future__ import annotations

import os
from pathlib import Path

ORDERS = Path(__file__).parents[1] / "data" / "online-retail-ii-2009-2010.parquet"
VARIABLE = "PATRONAGE_SHARED_DATA"
SECTION = "Data that are not in the repository"
"""The section of docs/results.md that says where each set comes from."""
SETS = {
    "amazon-5core-sequences": (
        "Beauty.txt.gz",
        "Beauty_item2attributes.json.gz",
        "Toys_and_Games.txt.gz",
        "Toys_and_Games_item2attributes.json.gz",
    ),
    "cdnow": ("cdnow_customers_summary.csv",),
    "movielens-100k": ("u.data.gz", "u.item", "u.genre", "u.user"),
    "movielens-1m": ("ratings.csv.gz", "movies.dat", "users.dat"),
    "tafeng-baskets": ("tafeng_merged.json.gz", "tafeng_future.csv.gz"),
}
"""The folder of each set, and the files in it that benchmarks read."""


def shared_set(name: str) -> Path:
    """Return the folder of a public data set; end with one sentence where a file of it is missing."""
    folder = _shared() / name
    if missing := _missing(folder, name):
        raise SystemExit(
            f"{name}/{missing[0]} is not in {folder.parent}: let {VARIABLE} name the folder of the public "
            f'data sets, laid out as docs/results.md tells under "{SECTION}".'
        )
    return folder


def has_shared_set(name: str) -> bool:
    """Say whether all files of a public data set are there."""
    return not _missing(_shared() / name, name)


def _shared() -> Path:
    return Path(os.environ.get(VARIABLE) or Path(__file__).parents[2] / "shared" / "data")


def _missing(folder: Path, name: str) -> list[str]:
    return [file for file in SETS[name] if not (folder / file).is_file()]

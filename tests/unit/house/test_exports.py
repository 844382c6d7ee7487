"""A package's `__all__` is its contents page: exact, sorted, and no module among its names."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import patronage

PACKAGES = [
    found.name
    for found in pkgutil.walk_packages(patronage.__path__, "patronage.")
    if found.ispkg and hasattr(importlib.import_module(found.name), "__all__")
]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_lists_what_the_package_offers(name):
    package = importlib.import_module(name)
    public = {
        key
        for key, value in vars(package).items()
        if not (
            key.startswith("_") or isinstance(value, ModuleType) or key in {"annotations", "TYPE_CHECKING"}
        )
    }
    assert set(package.__all__) == public
    assert len(package.__all__) == len(set(package.__all__))


def test_the_packages_that_others_import_from_have_such_a_list():
    assert {"patronage.logic.ingest", "patronage.logic.recommenders", "patronage.logic.evaluation"} <= set(
        PACKAGES
    )

"""Every test that docs/security.md names is there, and every threat has one."""

from __future__ import annotations

import re

import pytest

from patronage.logic.api.routes import ROUTES
from tests_support import REPOSITORY

TEXT = (REPOSITORY / "docs/security.md").read_text(encoding="utf-8")
THREATS = [
    line.strip("|").split("|")
    for line in TEXT.partition("## Threats")[2].partition("## Open")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| threat")
]
NAMED = sorted(set(re.findall(r"`((?:tests|dashboard/tests)/[^`:]+)::([^`]+)`", TEXT)))


def test_each_threat_says_what_stops_it_and_names_a_test():
    assert len(THREATS) > 20
    for threat, defence, tests in THREATS:
        assert re.search(r"`[\w/.]+\.(py|ts)`", defence) or "same table" in defence, threat
        assert re.search(r"`\S+::[^`]+`", tests), threat
        assert not re.sub(r"`[^`]+::[^`]+`", "", tests).strip(), threat


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_is_there(path, name):
    found = (REPOSITORY / path).read_text(encoding="utf-8")
    written = rf"^def {name}\(" if path.endswith(".py") else rf'(describe|it)\("{re.escape(name)}"'
    assert re.search(written, found, re.MULTILINE), f"{path}::{name}"


def test_each_file_that_stops_something_is_there():
    library = REPOSITORY / "layers/patronage/python/patronage"
    for path in set(re.findall(r"`([\w/.]+\.(?:py|ts))`", TEXT)):
        assert (library / path).is_file() or (REPOSITORY / path).is_file(), path


def test_every_open_route_is_listed_as_an_entrance():
    entrances = TEXT.partition("## Entrances")[2].partition("## Whom")[0]
    for route in ROUTES:
        if route.access == "open":
            assert f"`{route.path}`" in entrances

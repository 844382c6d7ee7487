"""An audit that could not be made is no success."""

from __future__ import annotations

import json

import audit
import pytest

HOLE = {"id": "PYSEC-2030-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}
SOUND = {"name": "sound", "version": "2.0", "vulns": []}
HURT = {"name": "hurt", "version": "1.0", "vulns": [HOLE]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited"}
NPM_DONE = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}}
NPM_HURT = NPM_DONE | {"vulnerabilities": {"left-pad": {"range": "<2.0.0", "severity": "high"}}}


def python(*packages: dict) -> audit.Audit:
    return audit.told_by_pip_audit(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_what_was_audited_whole_and_has_no_hole_is_good():
    assert python(SOUND) == audit.Audit(packages=1)
    assert audit.exit_code([python(SOUND), audit.told_by_npm(json.dumps(NPM_DONE), "")]) == 0
    assert audit.verdict(python(SOUND)) == "all 1 audited, no hole is known"


def test_a_hole_is_named_with_what_mends_it():
    found = python(SOUND, HURT)
    assert found.holes == ("hurt 1.0: PYSEC-2030-1, mended in 1.1",)
    assert audit.told_by_npm(json.dumps(NPM_HURT), "").holes == ("left-pad <2.0.0: high",)
    assert audit.exit_code([found, python(UNKNOWN)]) == audit.KNOWN


@pytest.mark.parametrize(
    "found",
    [
        python(SOUND, UNKNOWN),
        audit.told_by_pip_audit("", "Traceback\n  …\nConnectionError: no such host\n"),
        audit.told_by_npm('{"message": "405 Method Not Allowed", "statusCode": 405}', ""),
        audit.told_by_npm("", "npm error network\n"),
        audit.told_by_npm("", ""),
    ],
    ids=["a package that PyPI does not know", "no PyPI", "no advisories", "no npm", "silence"],
)
def test_what_could_not_be_audited_is_said_and_fails_by_its_own_code(found):
    assert found.not_audited
    assert "NOT AUDITED" in audit.verdict(found)
    assert audit.exit_code([python(SOUND), found]) == audit.NOT_AUDITED


def test_every_package_of_the_lock_is_asked_for():
    shipped, every = audit.shipped_pins(), audit.locked_pins()
    assert {"duckdb", "deltalake", "numpy"} <= {name for name, _ in shipped}
    assert {"pytest", "moto", "pip-audit"} <= {name for name, _ in every - shipped}
    assert all(version[0].isdigit() and "\n" not in version for _, version in every)


def test_no_two_versions_of_a_package_are_asked_for_at_once():
    pins = {("a", "1"), ("a", "2"), ("b", "1"), ("a", "3")}
    parts = audit._distinct(pins)
    assert sorted(pin for part in parts for pin in part.items()) == sorted(pins)

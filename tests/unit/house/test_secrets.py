"""No secret is in the repository: detect-secrets finds none but what `secrets_allowed.toml` explains."""

from __future__ import annotations

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from detect_secrets.core import scan
from detect_secrets.settings import default_settings

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable

ALLOWED = Path(__file__).with_name("secrets_allowed.toml")
NOT_READ = ("*.lock", "*/package-lock.json", "docs/openapi.json", str(ALLOWED.relative_to(REPOSITORY)))
"""Files of digests, and what is made of our own sources."""
MAY_TELL = re.compile(
    r"(?i)pass|pwd|secret|token|key|auth|credential|-----BEGIN|://[^/\s:]+:[^/\s]+@"
    r"|(?=[a-z+/=_-]*[0-9])[a-z0-9+/=_-]{16,}"
)
"""Lines without any of it are not shown to the scanner, which would take half a minute for all of them."""

PICTURE = re.compile(r'\s*"image/png": "[A-Za-z0-9+/=\\n]*",?')
"""A whole line of a notebook: the picture that a cell showed."""


class Finding(NamedTuple):
    """What may be a secret, the line that it stands in, and the digest that stands for it."""

    path: str
    line: int
    kind: str
    digest: str
    text: str


def files() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    names = (name for name in listed.split("\0") if name and (REPOSITORY / name).is_file())
    return [name for name in names if not any(fnmatch(name, pattern) for pattern in NOT_READ)]


def findings(root: Path, names: Iterable[str], scratch: Path) -> list[Finding]:
    """Scan the telling lines of each file, put together in a file of the same name."""
    found = []
    with default_settings():
        for name in names:
            lines = telling_lines(root / name)
            if not lines:
                continue
            copy = scratch / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text("".join(f"{text}\n" for text in lines.values()), encoding="utf-8")
            numbers = list(lines)
            for each in scan.scan_file(str(copy)):
                number = numbers[each.line_number - 1]
                found.append(Finding(name, number, each.type, each.secret_hash[:10], lines[number]))
    return found


def telling_lines(path: Path) -> dict[int, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return {}  # no text
    return {
        number: line
        for number, line in enumerate(text.split("\n"), 1)
        if MAY_TELL.search(line) and not PICTURE.fullmatch(line)
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> list[Finding]:
    return findings(REPOSITORY, files(), tmp_path_factory.mktemp("telling"))


@pytest.fixture(scope="module")
def allowed() -> list[dict]:
    return tomllib.loads(ALLOWED.read_text(encoding="utf-8"))["allowed"]


def is_of(finding: Finding, entry: dict) -> bool:
    is_meant = finding.digest in entry.get("digests", ()) or (
        "line" in entry and re.fullmatch(entry["line"], finding.text)
    )
    return bool(is_meant) and fnmatch(finding.path, entry["files"])


def test_no_secret_is_in_the_repository(found, allowed):
    new = [each[:4] for each in found if not any(is_of(each, entry) for entry in allowed)]
    assert new == [], (
        "take the secret out, and replace it where it is used; what is none, explain in the list"
    )


def test_every_exception_is_explained_and_still_there(found, allowed):
    for entry in allowed:
        assert len(entry["why"]) > 20, entry
        there = {each.digest for each in found if is_of(each, entry)}
        assert set(entry.get("digests", there)) == there, entry["files"]


@pytest.mark.parametrize(
    "text",
    [
        "key_id = " + "AKIA" + "QYLPMN5HHHFPZAM2",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        'password = "' + "correct-horse-7" + '"',
        "url = https://ann:" + "s3cr3tpart" + "@shop.example/",
        "token: " + "ghp_" + "k3h4Jq8LmZ0r" + "T5vXw2nB7sYc" + "D9fGpA1eHu6i",
        f'value = "{sha256(b"some key").hexdigest()}"',
    ],
    ids=["AWS", "private key", "password", "address", "GitHub", "hexadecimal"],
)
def test_a_secret_is_found(tmp_path, text):
    root, scratch = tmp_path / "root", tmp_path / "scratch"
    root.mkdir()
    (root / "settings.py").write_text(f"a = 1\n\n{text}\n", encoding="utf-8")
    assert {each.line for each in findings(root, ["settings.py"], scratch)} == {3}

"""Whatever of others runs in a pipeline or in a commit hook is pinned by the hash of a commit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests_support import REPOSITORY

USES = re.compile(r"^\s*(?:-\s+)?uses:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
COMMIT = re.compile(r"[0-9a-f]{40}")


def unpinned_actions(text: str) -> list[str]:
    """Return the actions of a workflow that are of others and not pinned by a whole commit."""
    used = (found[1] for found in USES.finditer(text))
    return [each for each in used if not each.startswith("./") and not is_pinned(each)]


def is_pinned(action: str) -> bool:
    if action.startswith("docker://"):
        return bool(re.search(r"@sha256:[0-9a-f]{64}$", action))
    return bool(COMMIT.fullmatch(action.rpartition("@")[2]))


def unpinned_hooks(text: str) -> list[str]:
    """Return the repositories of commit hooks that are fetched and not pinned by a whole commit."""
    repositories = yaml.safe_load(text)["repos"]
    fetched = (each for each in repositories if each["repo"] not in {"local", "meta"})
    return [each["repo"] for each in fetched if not COMMIT.fullmatch(str(each.get("rev", "")))]


def workflows(root: Path) -> list[Path]:
    return [path for kind in ("yml", "yaml") for path in sorted(root.glob(f".github/**/*.{kind}"))]


def test_every_action_is_pinned():
    found = {path.name: unpinned_actions(path.read_text(encoding="utf-8")) for path in workflows(REPOSITORY)}
    assert not any(found.values()), found


def test_every_commit_hook_is_pinned():
    path = REPOSITORY / ".pre-commit-config.yaml"
    assert unpinned_hooks(path.read_text(encoding="utf-8")) == []


def test_the_pipeline_fetches_nothing_but_packages():
    text = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert not re.search(r"curl|wget|git clone|https?://|npx ", text)


def test_the_program_that_deploys_with_an_operator_s_rights_is_pinned():
    used = re.findall(r"aws-cdk@(\S+)", (REPOSITORY / "Makefile").read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"2\.\d+\.\d+", version) for version in used), used


@pytest.mark.parametrize(
    ("action", "is_fine"),
    [
        ("actions/checkout@v4", False),
        ("actions/checkout@main", False),
        ("actions/checkout@8f4b7f8", False),
        (f"actions/checkout@{'8f4b' * 10}", True),
        (f"'actions/checkout@{'8f4b' * 10}' # v4.2.2", True),
        ("docker://alpine:3.20", False),
        (f"docker://alpine@sha256:{'0f' * 32}", True),
        ("./.github/actions/ours", True),
    ],
)
def test_an_action_is_pinned_by_a_whole_commit_alone(tmp_path, action, is_fine):
    file = tmp_path / ".github" / "workflows" / "test.yml"
    file.parent.mkdir(parents=True)
    file.write_text(f"jobs:\n  test:\n    steps:\n      - uses: {action}\n", encoding="utf-8")
    (path,) = workflows(tmp_path)
    assert (unpinned_actions(path.read_text(encoding="utf-8")) == []) is is_fine


@pytest.mark.parametrize(("rev", "is_fine"), [("v1.2.3", False), ("8f4b" * 10, True), ("", False)])
def test_a_hook_is_pinned_by_a_whole_commit_alone(rev, is_fine):
    text = f"repos:\n  - repo: local\n    hooks: []\n  - repo: https://github.com/a/b\n    rev: '{rev}'\n"
    assert (unpinned_hooks(text) == []) is is_fine

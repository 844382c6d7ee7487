"""From a wheel, the repository is made once for each content among the user's caches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from patronage.cloud import _repository as found
from patronage.cloud import is_checkout, repository
from patronage.errors import NotFound
from tests_support import REPOSITORY


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library as a wheel installs it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    package = tmp_path / "lib" / "python3.11" / "site-packages" / "patronage"
    for name, content in {
        "__init__.py": "one",
        "cloud/_repository.py": "",
        "__pycache__/x.pyc": "",
        "_repository/infra/app.py": "app",
        "_repository/functions/api/handler.py": "handler",
    }.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return package


def files(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_a_checkout_is_its_own_repository():
    assert repository() == REPOSITORY
    assert is_checkout()


def test_a_wheel_is_laid_out_as_a_repository_once(package: Path):
    root = found._found(package)
    assert not is_checkout(package)
    assert files(root) == {
        "infra/app.py": "app",
        "functions/api/handler.py": "handler",
        "layers/patronage/python/patronage/__init__.py": "one",
        "layers/patronage/python/patronage/cloud/_repository.py": "",
    }
    (root / "build").mkdir()
    assert found._found(package) == root
    assert (root / "build").is_dir()
    assert [path.name for path in root.parent.iterdir()] == [root.name]


def test_another_content_is_another_folder_and_old_ones_go(package: Path):
    roots = []
    for age, content in enumerate(("one", "two", "three", "four")):
        (package / "__init__.py").write_text(content)
        roots.append(found._found(package))
        os.utime(roots[-1], (1_000_000 + age, 1_000_000 + age))
    assert len(set(roots)) == 4
    (package / "__init__.py").write_text("five")
    newest = found._found(package)
    assert sorted(path.name for path in newest.parent.iterdir()) == sorted(
        root.name for root in (*roots[2:], newest)
    )


def test_what_is_neither_says_what_to_do(package: Path):
    (package / "_repository" / "infra" / "app.py").unlink()
    with pytest.raises(NotFound, match="run from a checkout of Patronage, or install a wheel of it"):
        found._found(package)


def test_a_cache_that_cannot_be_written_is_named(package: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    with pytest.raises(NotFound, match=r"/dev/null/patronage cannot be written .* XDG_CACHE_HOME"):
        found._found(package)

"""Find the repository: the local cloud deploys its `infra/`, which an installed wheel does not carry."""

from __future__ import annotations

from pathlib import Path

from patronage.errors import NotFound

_ROOT = Path(__file__).resolve().parents[5]


def repository() -> Path:
    """Return the repository's root.

    Raises
    ------
    NotFound
        The package runs from somewhere else than a checkout.
    """
    if not (_ROOT / "infra" / "app.py").is_file():
        raise NotFound(
            f"{_ROOT} holds no infra/app.py; the local cloud deploys it, so run from a checkout of Patronage"
        )
    return _ROOT

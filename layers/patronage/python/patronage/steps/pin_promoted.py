"""Pin a run to what a recorded version once read, so that it can be made live again just as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, BadInput, NotFound
from patronage.steps.manifest import Manifest
from patronage.stores.pinned_versions import lost_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.stores.lake import Lake

FIELDS = ("model", "version", "reason", "by")
_MOST_CHARACTERS = 500


def read_promotion(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return what a request to promote says: `FIELDS`, each a text.

    Raises
    ------
    BadField
        One is missing or no text, or there is another.
    """
    if unknown := sorted(set(asked) - set(FIELDS)):
        raise BadField(
            f"promote.{unknown[0]} is unknown; known: {', '.join(FIELDS)}", field="promote", rule="known"
        )
    for name in FIELDS:
        value = asked.get(name)
        if not (isinstance(value, str) and 0 < len(value.strip()) <= _MOST_CHARACTERS):
            message = f"promote.{name} must be a text of at most {_MOST_CHARACTERS} characters"
            raise BadField(message, field=f"promote.{name}", rule="text")
    return {name: str(asked[name]).strip() for name in FIELDS}


def promoted_manifest(run_id: str, asked: Mapping[str, Any], lake: Lake, *, now: datetime) -> Manifest:
    """Return the manifest of a run that trains a recorded version again.

    Tables, instant, shop and the segments beside them are those of the version's own run.

    Raises
    ------
    NotFound
        That run is not there.
    BadInput
        The lake does not hold any more what it read.
    """
    promoted = read_promotion(asked)
    version = promoted["version"]
    try:
        before = Manifest.load(lake.store, version)
    except NotFound as exc:
        raise NotFound(
            f"run {version} has no manifest; see the versions with: patronage models list"
        ) from exc
    if why := why_not_again(before, lake):
        raise BadInput(
            f"{promoted['model']}@{version} cannot be trained again just as it was: {why}; "
            "promote a newer version, or train one"
        )
    return replace(before, run_id=run_id, created_at=now, promoted=promoted, reproducible=True)


def why_not_again(manifest: Manifest, lake: Lake) -> str:
    """Say why a run cannot be repeated exactly; empty where it can."""
    if manifest.family != "recommendations":
        return f"its run is one of {manifest.family}"
    if not manifest.reproducible:
        return manifest.not_reproducible_because
    segments = manifest.previous
    if segments and not lake.store.exists(f"runs/{segments}/segments/customers.parquet"):
        return f"the segments of run {segments}, which it read, are gone"
    return lost_from(lake, manifest.tables)

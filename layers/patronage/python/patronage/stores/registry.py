"""The registry of models: a record of every method that a run trained, and why it went live or not.

The record is `models/<name>/<version>/model.json`, where a version is the id of its run. What is known only
after training, the fingerprint, lies beside it in `fitted.json`. There is no index: the keys are the list.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from patronage.stores.objects import ObjectStore

FOLDER = "models/"
_RECORD = "/model.json"
_READS_AT_ONCE = 16


def record_key(name: str, version: str) -> str:
    """Return where the record of a version lies."""
    return f"{FOLDER}{name}/{version}{_RECORD}"


def fitted_key(name: str, version: str) -> str:
    """Return where the fingerprint of what a method learnt lies."""
    return f"{FOLDER}{name}/{version}/fitted.json"


class Registry:
    """Reads the records of models.

    Records of older releases lack newer fields; nothing here needs more than ``model``, ``version``,
    ``decision`` and ``as_of``.

    Parameters
    ----------
    store : ObjectStore
        Where models lie.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def record(self, name: str, version: str) -> dict[str, Any]:
        """Return the record of a version.

        Raises
        ------
        NotFound
            There is none; the message names what is near.
        """
        try:
            found: dict[str, Any] = read_json(self._store, record_key(name, version))
        except NotFound as exc:
            raise NotFound(self._nearest(name, version)) from exc
        return found

    def fingerprint(self, record: dict[str, Any]) -> str:
        """Return the fingerprint of what a version learnt; of a blend, that of its weights and parts.

        It is "" where the version was only compared, not trained on everything, or is of an older release.
        """
        weights = (record.get("metrics") or {}).get("weights")
        if not weights:
            return self._fitted(record["model"], record["version"])
        parts = {name: self._fitted(name, record["version"]) for name in sorted(weights)}
        if not all(parts.values()):
            return ""
        text = json.dumps([[name, weights[name], found] for name, found in parts.items()])
        return hashlib.sha256(text.encode()).hexdigest()

    def records(
        self, *, name: str = "", wanted: Callable[[dict[str, Any]], bool] = lambda _: True, limit: int
    ) -> list[dict[str, Any]]:
        """Return records, the newest run first and by name within a run.

        Of each run one record is read to learn when it began, of the newest runs the others.

        Parameters
        ----------
        name : str
            Only of this method.
        wanted : callable
            Says of a record whether it is.
        limit : int
            At most so many.
        """
        runs: dict[str, list[str]] = {}
        for key in self._store.keys(f"{FOLDER}{name}/" if name else FOLDER):
            if key.endswith(_RECORD):
                runs.setdefault(key.split("/")[-2], []).append(key)
        firsts = zip(runs, self._read(keys[0] for keys in runs.values()), strict=True)
        order = sorted(((_began(record), run) for run, record in firsts), reverse=True)
        found: list[dict[str, Any]] = []
        for _, run in order:
            if len(found) >= limit:
                break
            found += [record for record in self._read(sorted(runs[run])) if wanted(record)]
        return found[:limit]

    def _read(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
            return list(pool.map(lambda key: read_json(self._store, key), keys))

    def _fitted(self, name: str, version: str) -> str:
        try:
            return str(read_json(self._store, fitted_key(name, version))["fingerprint"])
        except NotFound:
            return ""

    def _nearest(self, name: str, version: str) -> str:
        keys = [key.split("/") for key in self._store.keys(FOLDER) if key.endswith(_RECORD)]
        names = sorted({parts[1] for parts in keys})
        if name not in names:
            return f"there is no model {name!r}; recorded are {', '.join(names) or 'none'}"
        return f"there is no version {version!r} of {name}; {_told([p[2] for p in keys if p[1] == name])}"


def _told(versions: Sequence[str]) -> str:
    return (
        f"it has {len(versions)}, among them {', '.join(sorted(versions)[-3:])}; see: patronage models list"
    )


def _began(record: dict[str, Any]) -> str:
    """Return when a record's run began; one of an older release tells only the instant it was as of."""
    return str(record.get("created_at") or record["as_of"])

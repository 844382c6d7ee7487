"""Take a customer out of every version of an uploaded object."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound
from patronage.logic.erase.texts import forms_of, is_telling, mentions
from patronage.steps.erase.records import records_of
from patronage.steps.erase.rewriting import rewrite
from patronage.steps.ingest.step import load_options
from patronage.steps.ingest.upload import SIDECAR, Upload, object_id, report_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.settings import Shop
    from patronage.steps.erase.records import Records
    from patronage.steps.erase.subject import Subject
    from patronage.stores.lake import Lake
    from patronage.stores.raw import RawVersions, Version

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """The raw bucket beside its lake.

    Parameters
    ----------
    raw : RawVersions
        The uploads.
    lake : Lake
        Has the shop's options and dialects, and the reports.
    shop : Shop
        As ingest has it.
    """

    raw: RawVersions
    lake: Lake
    shop: Shop

    def erase(self, key: str, subject: Subject, *, erasure_id: str) -> Counter[str]:
        """Take a customer out of an object; whatever was done before is passed over.

        The newest version is written anew without the rows, and marked, so that ingest takes it for no
        upload; one that ingest has yet to read is not marked, and will be ingested. An object of nothing but
        the customer's rows is deleted whole, and so is one that cannot be read but mentions the id. Older
        versions that hold the customer are deleted.

        Returns
        -------
        Counter
            ``rows`` that the newest version held; ``rewritten``, ``deleted`` and ``turned_to_csv`` objects;
            ``unreadable``: those of the deleted that could not be read; ``versions`` that were deleted.

        Raises
        ------
        TryAgain
            The object was uploaded anew meanwhile.
        """
        counts: Counter[str] = Counter()
        versions = [each for each in self.raw.of_key(key) if not each.is_delete_marker]
        for version in versions:
            with tempfile.TemporaryDirectory(prefix="patronage-erase-") as name:
                counts += self._erase_version(version, subject, erasure_id, Path(name))
        if counts["deleted"]:
            self._delete_all(f"{key}{SIDECAR}")
        return counts

    def _erase_version(
        self, version: Version, subject: Subject, erasure_id: str, folder: Path
    ) -> Counter[str]:
        staged = self.raw.store.staged_version(version.key, version.version)
        upload = Upload(
            path=staged.path,
            key=version.key,
            version=version.version,
            last_modified=version.last_modified,
            sidecar=self._sidecar(version.key),
        )
        with DuckEngine(self.shop) as engine:
            try:
                options = load_options(upload, self.lake)
                found = records_of(subject, upload, engine, shop=self.shop, options=options, folder=folder)
            except BadInput:
                return self._unreadable(version, upload.path, subject)
            if not found.count:
                return Counter()
            if not version.is_latest:
                self.raw.delete(version)
                return Counter(versions=1)
            return self._rewrite(version, found, upload, subject, engine, erasure_id, folder)

    def _rewrite(
        self,
        version: Version,
        found: Records,
        upload: Upload,
        subject: Subject,
        engine: DuckEngine,
        erasure_id: str,
        folder: Path,
    ) -> Counter[str]:
        counts = Counter(rows=found.count, versions=1)
        if found.is_all:
            counts["deleted"] = 1
            self.raw.store.delete(version.key)  # a marker, below which no older version shows
        else:
            target = folder / "rewritten"
            turned = rewrite(found, upload.path, target, subject, engine)
            was_ingested = self.lake.store.exists(report_key(object_id(version.key, version.version)))
            self.raw.put(version.key, target, over=version, erasure_id=erasure_id if was_ingested else "")
            counts += Counter(rewritten=1, turned_to_csv=int(turned == "csv"))
        self.raw.delete(version)
        return counts

    def _unreadable(self, version: Version, path: Path, subject: Subject) -> Counter[str]:
        if not _mentions(path, subject.customer_id):
            return Counter()
        if version.is_latest:
            self.raw.store.delete(version.key)
        self.raw.delete(version)
        return Counter(versions=1, unreadable=1, deleted=int(version.is_latest))

    def _sidecar(self, key: str) -> bytes:
        try:
            return self.raw.store.read_bytes(f"{key}{SIDECAR}")
        except NotFound:
            return b""

    def _delete_all(self, key: str) -> None:
        for version in self.raw.of_key(key):
            self.raw.delete(version)


def _mentions(path: Path, customer_id: str) -> bool:
    """Look through a file in blocks, each with the end of the one before it."""
    forms = forms_of(customer_id)
    overlap = 2 + max(len(form.content) for form in forms)
    before = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if is_telling(block, forms) and mentions(before + block, forms):
                return True
            before = block[-overlap:]
    return False


def keys_by_size(versions: Sequence[Version], *, most_bytes: int, most_keys: int) -> list[list[str]]:
    """Part the objects into groups that one call each has the time for."""
    sizes: Counter[str] = Counter()
    for version in versions:
        if not version.key.endswith(("/", SIDECAR)) and not version.is_delete_marker:
            sizes[version.key] += version.size
    groups: list[list[str]] = []
    held = most_bytes
    for key in sorted(sizes):
        if not groups or held + sizes[key] > most_bytes or len(groups[-1]) >= most_keys:
            groups.append([])
            held = 0
        groups[-1].append(key)
        held += sizes[key]
    return groups

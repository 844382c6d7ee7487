"""Take a customer out of every version of an uploaded object."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine
from patronage.engines.looking import is_plain, streams_of
from patronage.errors import BadInput, BadSettings, NotFound, RunFailed
from patronage.logic.erase.texts import forms_of, is_telling, mentions
from patronage.logic.upload_keys import report_key
from patronage.steps.erase.records import records_of
from patronage.steps.erase.rewriting import rewrite
from patronage.steps.ingest.step import load_options
from patronage.steps.ingest.upload import SIDECAR, Upload, object_id
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from patronage.logic.erase.texts import Form
    from patronage.settings import Shop
    from patronage.steps.erase.records import Records
    from patronage.steps.erase.subject import Subject
    from patronage.stores.lake import Lake
    from patronage.stores.raw import RawVersions, Version

_NEVER_READ = frozenset({"", "unreadable"})


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
        the customer's rows is deleted whole, and so is one that could never be read but mentions the id.
        Older versions that hold the customer are deleted.

        Returns
        -------
        Counter
            ``rows`` that the newest version held; ``rewritten``, ``deleted`` and ``turned_to_csv`` objects;
            ``unreadable``: those of the deleted that could not be read; ``versions`` that were deleted.

        Raises
        ------
        TryAgain
            The object was uploaded anew meanwhile.
        RunFailed
            What is said of files is wrong, or an object that was ingested cannot be read any more.
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
        upload = self._upload(version)
        with DuckEngine(self.shop) as engine:
            found = self._records(upload, subject, engine, folder)
            if found is None:
                return self._unreadable(version, upload.path, subject)
            if not found.count:
                return Counter()
            if not version.is_latest:
                self.raw.delete(version)
                return Counter(versions=1)
            return self._rewrite(version, found, upload, subject, engine, erasure_id, folder)

    def still_hold(self, subject: Subject, *, since: datetime) -> int:
        """Count the versions, of those written since a time, that hold the customer."""
        return sum(
            self._holds(version, subject)
            for version in self.raw.versions("raw/")
            if _is_content(version) and version.last_modified >= since
        )

    def _holds(self, version: Version, subject: Subject) -> bool:
        upload = self._upload(version)
        with (
            tempfile.TemporaryDirectory(prefix="patronage-erase-") as name,
            DuckEngine(self.shop) as engine,
        ):
            found = self._records(upload, subject, engine, Path(name))
        holds = _mentions(upload.path, subject.customer_id) if found is None else found.count > 0
        upload.path.unlink()  # there may be many
        return holds

    def _upload(self, version: Version) -> Upload:
        staged = self.raw.store.staged_version(version.key, version.version)
        return Upload(
            path=staged.path,
            key=version.key,
            version=version.version,
            last_modified=version.last_modified,
            sidecar=self._sidecar(version.key),
        )

    def _records(self, upload: Upload, subject: Subject, engine: DuckEngine, folder: Path) -> Records | None:
        """Find the customer's records; None where the file cannot be read."""
        try:
            options = load_options(upload, self.lake)
        except BadSettings as exc:
            # The fault may quote what stands there, which may be personal.
            raise RunFailed(
                f"{upload.key} cannot be looked through for a fault in {exc.place}; mend it, and ask again"
            ) from None
        try:
            return records_of(subject, upload, engine, shop=self.shop, options=options, folder=folder)
        except BadInput:
            return None

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
            self.raw.hide(version)
        else:
            target = folder / "rewritten"
            turned = rewrite(found, upload.path, target, subject, engine)
            mark = "" if self._state(version) in _NEVER_READ else erasure_id
            self.raw.put(version.key, target, over=version, erasure_id=mark)
            counts += Counter(rewritten=1, turned_to_csv=int(turned == "csv"))
        self.raw.delete(version)
        return counts

    def _unreadable(self, version: Version, path: Path, subject: Subject) -> Counter[str]:
        if self._state(version) not in _NEVER_READ and _may_mention(path, subject.customer_id):
            raise RunFailed(
                f"{version.key} was ingested, but cannot be read any more; put back the dialect or option "
                "that it was read by, or delete the object, and ask for the erasure again"
            )
        if not _mentions(path, subject.customer_id):
            return Counter()
        if version.is_latest:
            self.raw.hide(version)
        self.raw.delete(version)
        return Counter(versions=1, unreadable=1, deleted=int(version.is_latest))

    def _state(self, version: Version) -> str:
        """Return what ingest said of a version, or of the one that it was made of; empty for nothing."""
        try:
            report = read_json(self.lake.store, report_key(object_id(version.key, version.version)))
        except NotFound:
            return "done" if self.raw.is_marked(version.key, version.version) else ""
        return str(report["state"])

    def _sidecar(self, key: str) -> bytes:
        try:
            return self.raw.store.read_bytes(f"{key}{SIDECAR}")
        except NotFound:
            return b""

    def _delete_all(self, key: str) -> None:
        for version in self.raw.of_key(key):
            self.raw.delete(version)


def _may_mention(path: Path, customer_id: str) -> bool:
    """Say whether a file mentions an id, or is packed so that nobody can tell."""
    return not is_plain(path) or _mentions(path, customer_id)


def _mentions(path: Path, customer_id: str) -> bool:
    """Look through a file, and through what is packed in it, in blocks."""
    forms = forms_of(customer_id)
    return any(_stands_in(stream, forms) for stream in streams_of(path))


def _stands_in(blocks: Iterable[bytes], forms: Collection[Form]) -> bool:
    """Look through a text, each block with the end of the one before it."""
    overlap = 2 + max(len(form.content) for form in forms)
    before = b""
    for block in blocks:
        if is_telling(block, forms) and mentions(before + block, forms):
            return True
        before = (before + block)[-overlap:]
    return False


def _is_content(version: Version) -> bool:
    return not version.key.endswith(("/", SIDECAR)) and not version.is_delete_marker


def keys_by_size(versions: Sequence[Version], *, most_bytes: int, most_keys: int) -> list[list[str]]:
    """Part the objects into groups that one call each has the time for."""
    sizes: Counter[str] = Counter()
    for version in versions:
        if _is_content(version):
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

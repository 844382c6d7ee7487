"""Delete what the stream of events could not deliver, where it mentions a customer."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from typing import TYPE_CHECKING

from patronage.logic.erase.texts import forms_of
from patronage.steps.erase.search import holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from patronage.steps.erase.subject import Subject
    from patronage.stores.raw import RawVersions, Version

UNDELIVERED = "undelivered-events/"
_GZIP = b"\x1f\x8b"


def erase_undelivered(raw: RawVersions, keys: Iterable[str], subject: Subject) -> Counter[str]:
    """Delete every version of the objects that mention a customer, or a visit of theirs, for good.

    Nothing of them came into the lake, and Firehose keeps what it can send again.
    """
    found = [version for key in keys for version in raw.of_key(key) if _is_about(raw, version, subject)]
    for version in found:
        raw.delete(version)
    return Counter(versions=len(found))


def undelivered_left(raw: RawVersions, subject: Subject) -> int:
    """Count the versions that mention a customer."""
    return sum(_is_about(raw, version, subject) for version in raw.versions(UNDELIVERED))


def _is_about(raw: RawVersions, version: Version, subject: Subject) -> bool:
    if version.is_delete_marker:
        return False
    path = raw.store.staged_version(version.key, version.version).path
    content = path.read_bytes()
    path.unlink()
    whom = (subject.customer_id, *sorted(subject.session_ids))
    texts = [content, *_records(content)]
    return any(holds(text, forms) for forms in map(forms_of, whom) for text in texts)


def _records(content: bytes) -> Iterator[bytes]:
    """Yield the events, which Firehose wraps as base64 into JSON, one a line."""
    for line in (gzip.decompress(content) if content.startswith(_GZIP) else content).splitlines():
        try:
            yield base64.b64decode(json.loads(line)["rawData"])
        except (ValueError, TypeError, KeyError):
            continue

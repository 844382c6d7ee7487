"""The versions of uploaded objects: erasure alone writes and deletes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.errors import NotFound, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

    from patronage.stores.objects import S3Store

ERASED = "patronage-erased"
"""Metadata of an object that an erasure wrote: its creation is no new upload."""
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_CONFLICTS = _MISSING | {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an object; a delete marker has no content."""

    key: str
    version: str
    last_modified: datetime
    size: int
    is_latest: bool
    is_delete_marker: bool = False


class RawVersions:
    """Every version of the objects of a versioned bucket.

    Parameters
    ----------
    store : S3Store
        The bucket's objects, for reading.
    client : S3Client
        A low-level client.
    """

    def __init__(self, store: S3Store, *, client: S3Client) -> None:
        self.store = store
        self._client = client

    def versions(self, prefix: str) -> Iterator[Version]:
        """Yield the versions below a prefix, key by key, the newest of each first."""
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.store.bucket, Prefix=prefix
        )
        for page in pages:
            found = [(each, False) for each in page.get("Versions", [])]
            found += [(each, True) for each in page.get("DeleteMarkers", [])]  # type: ignore[misc]
            for each, is_marker in found:
                yield Version(
                    key=each["Key"],
                    version=each["VersionId"],
                    last_modified=each["LastModified"],
                    size=each.get("Size", 0),
                    is_latest=each["IsLatest"],
                    is_delete_marker=is_marker,
                )

    def of_key(self, key: str) -> list[Version]:
        """Return the versions of one object, the newest first."""
        return [each for each in self.versions(key) if each.key == key]

    def put(self, key: str, path: Path, *, over: Version, erasure_id: str) -> None:
        """Write a newer version over one, of up to 5 GB, unless another upload came meanwhile.

        Parameters
        ----------
        key, path
            The object, and its new content.
        over : Version
            What it was made of.
        erasure_id : str
            Marks it, so that its creation is no new upload; empty where it has yet to be ingested.

        Raises
        ------
        TryAgain
            Another upload, or another erasure, came first.
        """
        head = self._newest(over)
        kept = {name: value for name, value in head["Metadata"].items() if name != ERASED}
        metadata = kept | ({ERASED: erasure_id} if erasure_id else {})
        try:
            with path.open("rb") as content:
                self._client.put_object(
                    Bucket=self.store.bucket,
                    Key=key,
                    Body=content,
                    IfMatch=head["ETag"],
                    ContentType=head.get("ContentType", "binary/octet-stream"),
                    Metadata=metadata,
                )
        except self._client.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] in _CONFLICTS:
                raise _uploaded_anew(key) from exc
            raise

    def hide(self, version: Version) -> None:
        """Delete an object, so that no older version shows, unless another upload came after a version.

        Raises
        ------
        TryAgain
            Another upload came first.
        """
        self._newest(version)
        self.store.delete(version.key)

    def delete(self, version: Version) -> None:
        """Delete one version for good."""
        self._client.delete_object(Bucket=self.store.bucket, Key=version.key, VersionId=version.version)

    def is_marked(self, key: str, version: str | None) -> bool:
        """Say whether an erasure wrote a version, by default the newest.

        Raises
        ------
        NotFound
            There is no such version any more.
        """
        chosen = {"VersionId": version} if version else {}
        try:
            head = self._client.head_object(Bucket=self.store.bucket, Key=key, **chosen)  # type: ignore[arg-type]
        except self._client.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] not in _MISSING:
                raise
            raise NotFound(
                f"s3://{self.store.bucket}/{key} has no version {version}; it was removed"
            ) from exc
        return ERASED in head["Metadata"]

    def _newest(self, seen: Version) -> HeadObjectOutputTypeDef:
        """Return what S3 tells of an object whose newest version is the one that was seen."""
        try:
            head = self._client.head_object(Bucket=self.store.bucket, Key=seen.key)
        except self._client.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] in _MISSING:
                raise _uploaded_anew(seen.key) from exc
            raise
        if head.get("VersionId") != seen.version:
            raise _uploaded_anew(seen.key)
        return head


def _uploaded_anew(key: str) -> TryAgain:
    return TryAgain(f"{key} was uploaded anew or deleted meanwhile; the same step takes the new version")

"""Objects by key: the same small interface over an S3 bucket and over a local folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from patronage.errors import BadInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from boto3 import Session
    from boto3.s3.transfer import TransferConfig
    from mypy_boto3_s3 import S3Client

_WHOLE = 5 * 1024**4
"""Bytes of the greatest object that S3 keeps."""


class ObjectStore(Protocol):
    """Bytes and files by key. A key is relative, with `/` between its parts."""

    def read_bytes(self, key: str) -> bytes:
        """Return the object's content; `NotFound` where there is none."""

    def write_bytes(self, key: str, content: bytes) -> None:
        """Write the object whole, replacing what was there."""

    def exists(self, key: str) -> bool:
        """Say whether the object is there."""

    def keys(self, prefix: str) -> list[str]:
        """List the keys that start with a prefix, sorted."""

    def newest(self, prefix: str) -> list[tuple[datetime, str]]:
        """List when what starts with a prefix was last written (UTC), and its key, the newest first."""

    def staged(self, key: str) -> Path:
        """Return a local file with the object's content; it lives as long as the store."""

    def put_file(self, key: str, path: Path) -> None:
        """Write a local file as the object, which may share its bytes: the file must not change any more."""

    def writing(self, key: str) -> Any:
        """Open a context that gives a local path; what is there at its end becomes the object."""

    def delete(self, key: str) -> None:
        """Take the object away; nothing happens where there is none."""

    def link(self, key: str, *, seconds: int) -> str:
        """Return an address under which whoever holds it may read the object for so long."""

    def uri(self, key: str) -> str:
        """Return the address that Delta Lake opens."""

    def delta_options(self) -> dict[str, str]:
        """Return Delta Lake's storage options for this store."""


def read_json(store: ObjectStore, key: str) -> Any:
    """Read an object as JSON."""
    return json.loads(store.read_bytes(key))


def read_if_there(store: ObjectStore, key: str) -> bytes:
    """Read an object; nothing where there is none. It looks first: S3 may not say that a key is missing."""
    return store.read_bytes(key) if store.exists(key) else b""


def write_json(store: ObjectStore, key: str, value: Any) -> None:
    """Write a value as JSON, one form for equal values."""
    store.write_bytes(key, json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1).encode())


def _below(folder: Path, key: str) -> Path:
    """Return the file of a key below a folder.

    Raises
    ------
    BadInput
        The key leads out of the folder.
    """
    if _leads_out(key):
        raise BadInput(f"key {key[:60]!r} leads out of its store; a key is relative and holds no '..'")
    return folder / key


def _leads_out(key: str) -> bool:
    return key.startswith("/") or ".." in key.split("/")


class FolderStore:
    """Objects as files below a local folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read_bytes(self, key: str) -> bytes:
        try:
            return _below(self.root, key).read_bytes()
        except FileNotFoundError as exc:
            raise NotFound(f"{self.root / key} does not exist") from exc

    def write_bytes(self, key: str, content: bytes) -> None:
        with self.writing(key) as path:
            path.write_bytes(content)

    def exists(self, key: str) -> bool:
        return not _leads_out(key) and (self.root / key).is_file()

    def keys(self, prefix: str) -> list[str]:
        folder = self.root / prefix.rpartition("/")[0]
        found = (path.relative_to(self.root).as_posix() for path in folder.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))

    def newest(self, prefix: str) -> list[tuple[datetime, str]]:
        times = {key: (self.root / key).stat().st_mtime for key in self.keys(prefix)}
        return sorted(((datetime.fromtimestamp(time, UTC), key) for key, time in times.items()), reverse=True)

    def staged(self, key: str) -> Path:
        path = _below(self.root, key)
        if not path.is_file():
            raise NotFound(f"{path} does not exist")
        return path

    def put_file(self, key: str, path: Path) -> None:
        with self.writing(key) as target:
            try:
                os.link(path, target)
            except OSError:  # on another disk, or the disk knows no links
                shutil.copyfile(path, target)

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        """Write beside the target and rename, so that a reader sees the old file or the new one."""
        target = _below(self.root, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".writing-") as folder:
            path = Path(folder) / target.name
            yield path
            path.replace(target)

    def delete(self, key: str) -> None:
        _below(self.root, key).unlink(missing_ok=True)

    def link(self, key: str, *, seconds: int) -> str:
        return _below(self.root, key).absolute().as_uri()

    def uri(self, key: str) -> str:
        return str(self.root.absolute() / key)

    def delta_options(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Staged:
    """One version of an object on this machine."""

    path: Path
    version: str
    last_modified: datetime


class S3Store:
    """Objects of one S3 bucket, staged to a temporary folder where a file is needed.

    Parameters
    ----------
    bucket : str
        Its name.
    client : S3Client
        What reads and writes it.
    delta_options : mapping, optional
        The credentials of the client as Delta Lake takes them, where it does not find them by itself.
    """

    def __init__(
        self, bucket: str, *, client: S3Client, delta_options: Mapping[str, str] | None = None
    ) -> None:
        self.bucket = bucket
        self._client = client
        self._delta_options = dict(delta_options or {})
        self._folder: Path | None = None

    def read_bytes(self, key: str) -> bytes:
        try:
            return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey as exc:
            raise NotFound(f"s3://{self.bucket}/{key} does not exist") from exc

    def write_bytes(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def exists(self, key: str) -> bool:
        listed = self._client.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        return any(found["Key"] == key for found in listed.get("Contents", []))

    def keys(self, prefix: str) -> list[str]:
        return sorted(found["Key"] for found in self._listed(prefix))

    def newest(self, prefix: str) -> list[tuple[datetime, str]]:
        return sorted(((found["LastModified"], found["Key"]) for found in self._listed(prefix)), reverse=True)

    def _listed(self, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return (found for page in pages for found in page.get("Contents", []))

    def staged(self, key: str) -> Path:
        path = _below(self._staging(), key)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._client.download_file(self.bucket, key, str(path))
        except self._client.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                raise NotFound(f"s3://{self.bucket}/{key} does not exist") from exc
            raise
        return path

    def staged_version(self, key: str, version: str | None) -> Staged:
        """Stage one version of an object, by default the newest."""
        chosen = {"VersionId": version} if version else {}
        # Not its name, which may be longer than a file's, `..`, or no name of a file at all.
        path = self._staging() / "version" / hashlib.sha256(key.encode()).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            head = self._client.head_object(Bucket=self.bucket, Key=key, **chosen)  # type: ignore[arg-type]
            if "VersionId" in head:
                chosen = {"VersionId": head["VersionId"]}
            self._client.download_file(self.bucket, key, str(path), ExtraArgs=chosen, Config=self._transfer())
        except self._client.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] in {"404", "NoSuchKey", "NoSuchVersion"}:
                raise NotFound(f"s3://{self.bucket}/{key} has no version {version}; it was removed") from exc
            raise
        return Staged(path, head.get("VersionId", head["ETag"].strip('"')), head["LastModified"])

    def _transfer(self) -> TransferConfig | None:
        """Read in parts as usual; in one piece in the local cloud, which gives the whole for each part."""
        from boto3.s3.transfer import TransferConfig

        return TransferConfig(multipart_threshold=_WHOLE) if self._is_local() else None

    def _is_local(self) -> bool:
        return str(self._client.meta.endpoint_url).startswith("http://")

    def put_file(self, key: str, path: Path) -> None:
        self._client.upload_file(str(path), self.bucket, key)

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(key).name
            yield path
            self._client.upload_file(str(path), self.bucket, key)

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.bucket, Key=key)

    def link(self, key: str, *, seconds: int) -> str:
        named = {"Bucket": self.bucket, "Key": key}
        return self._client.generate_presigned_url("get_object", Params=named, ExpiresIn=seconds)

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def delta_options(self) -> dict[str, str]:
        """Conditional puts make commits atomic; the local cloud speaks plain http."""
        options = {**self._delta_options, "aws_conditional_put": "etag"}
        if self._is_local():
            options |= {"aws_endpoint_url": str(self._client.meta.endpoint_url), "aws_allow_http": "true"}
        return options

    def close(self) -> None:
        """Remove what was staged. A warm Lambda keeps `/tmp`, so a handler closes its store."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _staging(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="patronage-"))
        return self._folder


def delta_credentials(session: Session) -> dict[str, str]:
    """Return a session's credentials as Delta Lake takes them; it reads no profiles of its own."""
    found = session.get_credentials()
    if found is None:
        return {}
    frozen = found.get_frozen_credentials()
    options = {
        "aws_access_key_id": frozen.access_key,
        "aws_secret_access_key": frozen.secret_key,
        "aws_session_token": frozen.token,
        "aws_region": session.region_name,
    }
    return {name: value for name, value in options.items() if value}

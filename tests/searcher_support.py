"""Search all of a cloud, or a folder, for a person's ids, knowing nothing of what the product puts where.

It stands on no code of the product: what it cannot find, nobody finds who has the account's data in hand.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import hashlib
import html
import io
import json
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    Contents = Iterable[tuple[str, bytes]]

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "windows-1252")
_ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")
_RAW_GZIP, _RAW_INFLATE = 31, -15
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_LOCAL_FILE = b"PK\x03\x04"
_DEEPEST = 6
_CODECS = ("zstd", "lz4")
_FRAMES = {b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}


def writings_of(text: str) -> frozenset[bytes]:
    """Return the bytes as which a text may be written somewhere, digests without a secret among them."""
    texts = {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}
    for written in (
        *(quote(text, safe=safe) for safe in ("", "/", "/'")),
        *(quote(text.encode("utf-8"), safe="").lower(), quote_plus(text)),
        *(json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)),
        *(text.replace(mark, mark * 2) for mark in ('"', "'")),
        *(html.escape(text), html.escape(text, quote=False), repr(text)[1:-1], text.lower(), text.upper()),
    ):
        texts |= {written, written.replace("/", r"\/")}
        texts |= {json.dumps(written, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    texts.add(quote(quote(text, safe=""), safe=""))
    found = {encoded for each in texts for name in _ENCODINGS if (encoded := _encoded(each, name))}
    content = text.encode()
    found |= set(_in_base64(content)) | {content.hex().encode(), content.hex().upper().encode()}
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.blake2b):
        made = (
            digest(content, usedforsecurity=False).digest()
            if digest is not hashlib.blake2b
            else digest(content).digest()
        )
        found |= {made[:8], made.hex()[:16].encode(), base64.b64encode(made)[:12]}
        found.add(base64.urlsafe_b64encode(made)[:12])
    return frozenset(found)


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b""


def _in_base64(content: bytes) -> Iterator[bytes]:
    """Yield what stands in base64 of any text that holds these bytes, wherever they begin."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            whole = encode(b"\0" * before + content)
            end = (before + len(content)) // 3 * 4
            yield whole[-(-before * 4 // 3) : end]


class Searcher:
    """Looks for some ids, each under a name of its own.

    Parameters
    ----------
    ids : mapping
        By name what is looked for; long enough to stand nowhere by chance.
    """

    def __init__(self, ids: Mapping[str, str]) -> None:
        self._writings = {name: _least(writings_of(text)) for name, text in ids.items()}
        self._known: dict[bytes, frozenset[str]] = {}

    def found_in(self, contents: Contents) -> dict[str, set[str]]:
        """Return by place the names of the ids that stand there, packed in whatever way."""
        found: dict[str, set[str]] = defaultdict(set)
        for place, content in contents:
            names = self.names_in(place.encode()) | self.names_in(content)
            if names:
                found[place] |= names
        return dict(found)

    def names_in(self, content: bytes) -> set[str]:
        """Return the names of the ids that stand in bytes, or in what is packed in them."""
        return {name for each in unpacked(content) for name in self._names_in(each)}

    def _names_in(self, content: bytes) -> frozenset[str]:
        """Look once at what stands in many places, as a library does in the archive of each function."""
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            writings = self._writings.items()
            found = (name for name, each in writings if any(writing in content for writing in each))
            self._known[digest] = frozenset(found)
        return self._known[digest]


def _least(writings: Iterable[bytes]) -> list[bytes]:
    """Leave out the writings that hold a shorter one."""
    kept: list[bytes] = []
    for each in sorted(writings, key=len):
        if not any(shorter in each for shorter in kept):
            kept.append(each)
    return kept


def unpacked(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield bytes, and whatever is packed in them, and in that."""
    yield content
    if depth == _DEEPEST:
        return
    for way in (_streams, _zipped, _cells, _arrays, _base64s):
        for each in way(content):
            yield from unpacked(each, depth + 1)


def _streams(content: bytes) -> Iterator[bytes]:
    """Yield what a packed stream holds, also where its end is missing."""
    if content[:2] == b"\x1f\x8b":
        yield from _inflated(content, _RAW_GZIP)
    elif _ZLIB.match(content):
        yield from _inflated(content, zlib.MAX_WBITS)
    elif content[:3] == b"BZh":
        yield from _tried(lambda: bz2.BZ2Decompressor().decompress(content))
    elif content[:6] == b"\xfd7zXZ\0":
        yield from _tried(lambda: lzma.LZMADecompressor().decompress(content))
    elif content[:4] in _FRAMES:
        codec = _FRAMES[content[:4]]
        yield from _tried(lambda: pa.CompressedInputStream(pa.BufferReader(content), codec).read())
    elif not content[:64].isascii() and len(content) < 1 << 20:
        yield from _inflated(content, _RAW_INFLATE)


def _inflated(content: bytes, form: int) -> Iterator[bytes]:
    unpacker, got, rest = zlib.decompressobj(form), bytearray(), content
    try:
        for start in range(0, len(rest), 4096):  # block by block: what comes before damage counts
            got += unpacker.decompress(rest[start : start + 4096])
    except zlib.error:
        pass
    if got:
        yield bytes(got)
    if unpacker.eof and unpacker.unused_data[:2] == b"\x1f\x8b":  # gzip files one after the other
        yield from _inflated(unpacker.unused_data, form)


def _zipped(content: bytes) -> Iterator[bytes]:
    if content[:4] != _LOCAL_FILE:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        yield from _damaged_zip(content)


def _damaged_zip(content: bytes) -> Iterator[bytes]:
    """Yield the files of a zip whose end is missing, by the headers before them."""
    at = content.find(_LOCAL_FILE)
    while at >= 0:
        named, more = (int.from_bytes(content[at + place : at + place + 2], "little") for place in (26, 28))
        yield content[at + 30 : at + 30 + named]
        yield from _inflated(content[at + 30 + named + more :], _RAW_INFLATE)
        at = content.find(_LOCAL_FILE, at + 4)


def _cells(content: bytes) -> Iterator[bytes]:
    """Yield the texts in the cells of a Parquet file, and in what it says of itself."""
    if content[:4] != b"PAR1":
        return
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError):
        return
    yield str(file.metadata.metadata).encode()
    for group in range(file.num_row_groups):
        for column in range(file.metadata.num_columns):
            stats = file.metadata.row_group(group).column(column).statistics
            if stats is not None and stats.has_min_max:
                yield f"{stats.min}\n{stats.max}".encode()
    for column in file.read().columns:
        yield b"\n".join(_texts(column.to_pylist()))


def _texts(value: Any) -> Iterator[bytes]:
    match value:
        case None | bool() | int() | float():
            return
        case bytes():
            yield value
        case dict():
            for pair in value.items():
                yield from _texts(list(pair))
        case list() | tuple() | set():
            for each in value:
                yield from _texts(each)
        case _:
            yield str(value).encode("utf-8", "surrogatepass")


def _arrays(content: bytes) -> Iterator[bytes]:
    if content[:6] != b"\x93NUMPY":
        return
    with np.errstate(all="ignore"):
        values = np.load(io.BytesIO(content), allow_pickle=False)
    if values.dtype.kind in "US":
        yield "\n".join(map(str, values.ravel().tolist())).encode()


def _base64s(content: bytes) -> Iterator[bytes]:
    """Yield what stands in base64 and is packed: what is not packed has its writings of its own."""
    for token in _BASE64.findall(content) if len(content) < 1 << 23 else ():
        text = token.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            got = base64.b64decode(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            continue
        if got[:2] == b"\x1f\x8b" or _ZLIB.match(got) or got[:4] in {_LOCAL_FILE, b"PAR1"}:
            yield got


def _tried(work: Callable[[], bytes]) -> Iterator[bytes]:
    try:
        yield work()
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowInvalid):
        return


def folder_contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a folder, by its path below it."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            yield f"{path.relative_to(folder)}", str(path.readlink()).encode()
        elif path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def cloud_contents(client: Callable[[str], Any]) -> Iterator[tuple[str, bytes]]:
    """Yield all that an account of the local cloud holds, by service and place.

    Parameters
    ----------
    client : callable
        Returns the client of a service, of a caller who may read everything.
    """
    yield from bucket_contents(client("s3"))
    yield from table_contents(client("dynamodb"))
    yield from _log_lines(client("logs"))
    yield from _messages(client("sqs"))
    yield from _executions(client("stepfunctions"))
    yield from _parameters(client("ssm"))
    yield from _secrets(client("secretsmanager"))
    for service, listings in _LISTINGS.items():
        for operation, options in listings:
            yield f"{service} {operation}", _said(getattr(client(service), operation)(**options))


_LISTINGS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "lambda": (("list_functions", {}), ("list_event_source_mappings", {})),
    "firehose": (("list_delivery_streams", {}),),
    "sns": (("list_topics", {}), ("list_subscriptions", {})),
    "events": (("list_rules", {}), ("list_archives", {})),
    "scheduler": (("list_schedules", {}),),
    "cloudwatch": (("list_metrics", {}), ("describe_alarms", {})),
    "cloudformation": (("describe_stacks", {}),),
    "glue": (("get_databases", {}),),
    "apigateway": (("get_rest_apis", {}), ("get_api_keys", {})),
}
"""What else lists something; with none of it do we keep data of customers."""


def _said(answer: object) -> bytes:
    return json.dumps(answer, default=str, ensure_ascii=False).encode()


def bucket_contents(s3: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every version of every object of every bucket, with what is said of it."""
    for bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for marker in page.get("DeleteMarkers", []):
                yield f"s3 {bucket} {marker['Key']} (deleted)", b""
            for version in page.get("Versions", []):
                got = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
                latest = "" if version["IsLatest"] else " (older)"
                place = f"s3 {bucket} {version['Key']}{latest}"
                yield place, got["Body"].read()
                yield place, _said([got["Metadata"], got.get("ContentType"), got.get("ContentDisposition")])
        yield f"s3 {bucket} uploads", _said(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []))


def table_contents(dynamodb: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every attribute of every item of every table."""
    for table in dynamodb.list_tables()["TableNames"]:
        described = dynamodb.describe_table(TableName=table)["Table"]
        keys = [each["AttributeName"] for each in described["KeySchema"]]
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                key = " ".join(str(value) for name in keys for value in item[name].values())
                for content in _texts(item):
                    yield f"dynamodb {key}", content


def _log_lines(logs: Any) -> Iterator[tuple[str, bytes]]:
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in (each["logGroupName"] for each in page["logGroups"]):
            for streams in logs.get_paginator("describe_log_streams").paginate(logGroupName=group):
                for stream in (each["logStreamName"] for each in streams["logStreams"]):
                    named = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
                    yield f"logs {group}", stream.encode()
                    yield from ((f"logs {group}", content) for content in _log_events(logs, named))


def _log_events(logs: Any, named: dict[str, Any]) -> Iterator[bytes]:
    token, more = None, {}
    while True:
        answer = logs.get_log_events(**named, **more)
        for event in answer["events"]:
            yield event["message"].encode()
        if answer["nextForwardToken"] == token or not answer["events"]:
            return
        token = answer["nextForwardToken"]
        more = {"nextToken": token}


def _messages(sqs: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the messages of every queue, and let them be seen again at once."""
    for url in sqs.list_queues().get("QueueUrls", []):
        yield (
            f"sqs {url}",
            _said(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]),
        )
        seen = []
        while found := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=30
        ).get("Messages"):
            seen += found
        for message in seen:
            yield f"sqs {url}", _said({**message, "Body": ""}) + message["Body"].encode()
            sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


def _executions(states: Any) -> Iterator[tuple[str, bytes]]:
    for machine in states.list_state_machines()["stateMachines"]:
        name = machine["name"]
        yield (
            f"states {name}",
            _said(states.describe_state_machine(stateMachineArn=machine["stateMachineArn"])),
        )
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine["stateMachineArn"])
        for arn in [each["executionArn"] for page in pages for each in page["executions"]]:
            for each in [arn, *_children(states, arn)]:
                yield f"states {name}", _said(states.describe_execution(executionArn=each))
                for page in states.get_paginator("get_execution_history").paginate(
                    executionArn=each, includeExecutionData=True
                ):
                    yield f"states {name}", _said(page["events"])


def _children(states: Any, arn: str) -> Iterator[str]:
    for run in states.list_map_runs(executionArn=arn)["mapRuns"]:
        for page in states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
            yield from (each["executionArn"] for each in page["executions"])


def _parameters(ssm: Any) -> Iterator[tuple[str, bytes]]:
    for page in ssm.get_paginator("describe_parameters").paginate():
        for named in page["Parameters"]:
            got = ssm.get_parameter(Name=named["Name"], WithDecryption=True)["Parameter"]
            yield f"ssm {named['Name']}", _said([named, got["Value"]])


def _secrets(secrets: Any) -> Iterator[tuple[str, bytes]]:
    for page in secrets.get_paginator("list_secrets").paginate():
        for each in page["SecretList"]:
            yield f"secret {each['Name']}", _said([each, secrets.get_secret_value(SecretId=each["ARN"])])

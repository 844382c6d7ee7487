"""Recognise a file by its content, and by what somebody says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patronage.engines.reading._containers import data_member, head_of, member_names
from patronage.engines.reading._parquet import parquet_tail
from patronage.engines.reading._workbook import check_workbook, sheets_of, unpacked_workbook
from patronage.errors import BadInput
from patronage.logic.ingest.recognition import (
    Format,
    Given,
    check_parquet_tail,
    choose_sheet,
    container,
    is_workbook,
    json_shape,
    looks_like_json,
    read_given,
    recognise_csv,
    recognise_encoding,
    recognise_sheet,
    refuse_bare_values,
    refuse_other_files,
    refuse_other_texts,
    sample_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAMES = {"csv": "CSV", "json": "JSON", "parquet": "Parquet", "xlsx": "an Excel workbook"}


def recognise(path: Path, *, given: Mapping[str, Any] | None = None) -> Format:
    """Say how a file is packed, written and cut into records.

    Of a plain text only the first 1 MiB is read, of a packed one as much as unpacks to that, of a workbook
    all of it.

    Parameters
    ----------
    path
        The file; its name does not matter.
    given
        What a settings file or a sidecar states, which overrides what is found: `encoding`, `delimiter`,
        `quote`, `has_header`, `header`, `skip_lines`, `sheet`, `member`, `format`.

    Raises
    ------
    BadInput
        A setting is unknown or wrong; or the file is empty, damaged, no table, or cannot be read.

    Examples
    --------
    >>> recognise(Path("orders.csv"), given={"encoding": "windows-1252"})  # doctest: +SKIP
    """
    wanted = read_given(given)
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder; upload the files in it one by one")
    head, _ = head_of(path, "none", "")
    compression, member = "none", ""
    doubts: tuple[str, ...] = ()
    outer = container(head)
    if outer == "gzip":
        compression = "gzip"
    elif outer == "zip" and not is_workbook(member_names(path)):
        compression, (member, doubts) = "zip", data_member(path, given=wanted.member)
    found = _recognised(path, compression, member, wanted)
    if wanted.kind and wanted.kind != found.kind:
        raise BadInput(
            f"the setting format is {wanted.kind!r}, but the content is {_NAMES[found.kind]}; "
            "correct the setting, or upload the file that it means"
        )
    return replace(found, doubts=doubts + found.doubts)


def _recognised(path: Path, compression: str, member: str, wanted: Given) -> Format:
    head, is_whole = head_of(path, compression, member)
    inner = container(head)
    if inner == "parquet":
        if compression == "none":
            check_parquet_tail(*parquet_tail(path))
        return Format(kind="parquet", compression=compression, member=member)
    if inner == "zip":
        return _workbook(path, compression, member, wanted)
    if inner == "gzip":
        raise BadInput(
            f"inside the {compression} file is another packed file; unpack the outer one and upload the inner"
        )
    refuse_other_files(head)
    encoding, doubts = recognise_encoding(head, is_whole=is_whole, given=wanted.encoding)
    text = sample_text(head, encoding, is_whole=is_whole)
    refuse_other_texts(text)
    found = Format(
        kind="csv",
        compression=compression,
        encoding=encoding,
        has_given_encoding=bool(wanted.encoding),
        member=member,
        doubts=doubts,
    )
    if wanted.kind == "json" or (not wanted.kind and looks_like_json(text)):
        return _json(text, found, is_whole=is_whole)
    if not wanted.kind and not wanted.delimiter and wanted.expects_header:
        refuse_bare_values(text, is_whole=is_whole)
    return _csv(text, found, wanted, is_whole=is_whole)


def _json(text: str, found: Format, *, is_whole: bool) -> Format:
    if not looks_like_json(text):
        raise BadInput(
            "the setting format is 'json', but the text begins with neither an object nor an array; "
            "correct the setting, or write each row as a JSON object"
        )
    shape, keys = json_shape(text, is_whole=is_whole)
    return replace(found, kind="json", shape=shape, header=keys)


def _csv(text: str, found: Format, wanted: Given, *, is_whole: bool) -> Format:
    table = recognise_csv(text, wanted, is_whole=is_whole)
    return replace(
        found,
        delimiter=table.delimiter,
        quote=table.quote,
        header=table.header,
        has_header=table.has_header,
        skipped_lines=table.skipped_lines,
        doubts=found.doubts + table.doubts,
    )


def _workbook(path: Path, compression: str, member: str, wanted: Given) -> Format:
    file = path if compression == "none" else unpacked_workbook(path, compression, member)
    if not is_workbook(member_names(file)):
        raise BadInput(
            f"inside the {compression} file is another packed file; unpack the outer one and upload the inner"
        )
    check_workbook(file)
    sheet, doubts = choose_sheet(sheets_of(path, compression, member), given=wanted.sheet)
    table = recognise_sheet(sheet, wanted)
    return Format(
        kind="xlsx",
        compression=compression,
        delimiter=table.delimiter,
        quote=table.quote,
        header=table.header,
        has_header=table.has_header,
        skipped_lines=table.skipped_lines,
        member=f"{member}/{sheet.name}" if member else sheet.name,
        doubts=doubts + table.doubts,
    )

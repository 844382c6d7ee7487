"""What recognition says about a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a file is packed, written and cut into records.

    Parameters
    ----------
    kind
        `csv`, `json`, `parquet` or `xlsx`.
    compression
        `none`, `gzip` or `zip`.
    encoding
        `utf-8`, `utf-16-le`, `utf-16-be` or `windows-1252`.
    has_given_encoding
        Whether somebody stated it: then no byte that does not fit it changes it.
    delimiter
        Of a CSV file what stands between two cells: `","`, `";"`, a tab, `"|"`, `"::"` and so on; `" "`
        for runs of blanks; a line feed where each line is one cell.
    quote
        Of a CSV file the character that may enclose a cell; empty where such a character is plain text.
    header
        The columns' names, stripped, distinct without regard to case, none empty or `record`; of JSON the
        keys that the sample holds, in order.
    has_header
        Whether the record after the skipped lines is the header. Recognition believes it of every CSV file
        and sheet unless it was told otherwise; the dialect decides.
    skipped_lines
        Lines (of a sheet: rows) before the header, or before the first record where there is no header.
    shape
        Of JSON `lines`, `array` or `object`.
    member
        The file inside the zip, or the sheet inside the workbook.
    doubts
        Sentences for the report on what was assumed.
    """

    kind: str
    compression: str = "none"
    encoding: str = "utf-8"
    has_given_encoding: bool = False
    delimiter: str = ""
    quote: str = ""
    header: tuple[str, ...] = ()
    has_header: bool = True
    skipped_lines: int = 0
    shape: str = ""
    member: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def quote_in_chunks(self) -> str:
        """The character that may enclose a cell in chunks of records; a sheet's rows come as CSV."""
        return '"' if self.kind == "xlsx" else self.quote

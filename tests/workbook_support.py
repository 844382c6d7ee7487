"""Write small Excel workbooks, as texts of XML, for tests."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE, DATE_TIME = 's="1"', 's="2"'


def workbook(sheets: dict[str, str], *, hidden: tuple[str, ...] = ()) -> bytes:
    """Write a workbook whose sheets hold the given rows as XML."""
    names = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}" state="{_state(name in hidden)}"/>'
        for at, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{at}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    styles = '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="w" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}<Relationship '
        f'Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
    }
    for at, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return packed(parts)


def _state(is_hidden: bool) -> str:
    return "hidden" if is_hidden else "visible"


def packed(parts: dict[str, str | bytes]) -> bytes:
    """Pack files as a zip, byte for byte the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def row(number: int, *cells: object) -> str:
    """Write a row of texts, numbers, booleans and, as pairs of value and style, dates; None leaves a gap."""
    written = []
    for letter, cell in zip("ABCDEFGH", cells, strict=False):
        place = f'r="{letter}{number}"'
        if isinstance(cell, str):
            written.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>')
        elif isinstance(cell, bool):
            written.append(f'<c {place} t="b"><v>{int(cell)}</v></c>')
        elif isinstance(cell, tuple):
            written.append(f"<c {place} {cell[1]}><v>{cell[0]}</v></c>")
        elif cell is not None:
            written.append(f"<c {place}><v>{cell}</v></c>")
    return f'<row r="{number}">{"".join(written)}</row>'

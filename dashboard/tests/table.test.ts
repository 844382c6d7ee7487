import { describe, expect, it } from "vitest";
import { describe as tell } from "../src/panel/describe.ts";
import { cellText, type Column, csvCell, heading, kindOf, shownColumns, sorted, toCsv, type Table } from "../src/panel/table.ts";

describe("a cell of a CSV file", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+44 20", "'+44 20"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["-5.25", "-5.25"],
    ["-1e-7", "-1e-7"],
    ["plain", "plain"],
    ['say "hi", twice', '"say ""hi"", twice"'],
    ["two\nlines", '"two\nlines"'],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ])("of %j is %j", (value, written) => expect(csvCell(value)).toBe(written));
  it("leaves numbers alone and missing empty", () => expect([csvCell(-5), csvCell(0), csvCell(null), csvCell(undefined)]).toEqual(["-5", "0", "", ""]));
});

const table: Table = {
  columns: [
    { key: "name", label: "Name" },
    { key: "net", label: "Net", kind: "money" },
    { key: "share", label: "Share", kind: "percent" },
    { key: "orders", label: "Orders" },
  ],
  rows: [
    { name: "Größe, L", net: 123_450, share: 0.07, orders: 3 },
    { name: "-discount", net: -5, share: null, orders: null },
  ],
};

describe("a table", () => {
  it("is written as a file with exact amounts and units", () =>
    expect(toCsv(table, "GBP")).toBe('Name,Net (GBP),Share (%),Orders\r\n"Größe, L",1234.50,7,3\r\n\'-discount,-0.05,,\r\n'));
  it("takes the currency's digits", () => expect(toCsv({ ...table, rows: [{ net: 1234 }] }, "JPY").split("\r\n")[1]).toBe(",1234,,"));
  it("is written for people", () => {
    const [, net, share] = table.columns;
    expect(net && cellText({ net: 123_450 }, net, "money", "GBP")).toBe("£1,234.50");
    expect(share && [cellText({ share: 0.07 }, share, "percent", "GBP"), cellText({ share: null }, share, "percent", "GBP"), heading(share, "percent", "GBP")]).toEqual(["7%", "–", "Share (%)"]);
  });
  it("has the currency's digits where the unit is another in each row", () => {
    const column: Column = { key: "value", label: "Value", kind: "number", digits: 2, isInRowsUnit: true };
    const rows = [{ unit: "GBP", value: 343.2 }, { unit: "%", value: 7.1 }, { unit: "GBP", value: null }];
    expect(rows.map((row) => cellText(row, column, "number", "GBP"))).toEqual(["343.20", "7.1", "–"]);
    expect(cellText({ unit: "KWD", value: 5 }, column, "number", "KWD")).toBe("5.000");
    expect(toCsv({ columns: [column], rows }, "GBP")).toBe("Value\r\n343.2\r\n7.1\r\n\r\n");
  });
  it("may have columns in its file alone", () => {
    const wide: Table = { columns: [{ key: "name", label: "Name" }, { key: "id", label: "Id", isInFileOnly: true }, { key: "n", label: "Number" }], rows: [{ name: "Mug", id: "m-1", n: 3 }] };
    expect(shownColumns(wide).map(({ key }) => key)).toEqual(["name", "n"]);
    expect(toCsv(wide, "GBP")).toBe("Name,Id,Number\r\nMug,m-1,3\r\n");
    expect(tell({ title: "Products", unit: undefined, table: wide, currency: "GBP" })).toBe("Products. 1 row: Mug: Number 3.");
  });
  it("finds the kind of a column by its first value", () => expect(table.columns.map((column) => kindOf(column, table.rows))).toEqual(["text", "money", "percent", "number"]));
  it("sorts with what is missing last, either way", () => {
    const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
    expect([sorted(rows, "n", false), sorted(rows, "n", true)].map((found) => found.map((row) => row.n))).toEqual([[1, 2, 10, null], [10, 2, 1, null]]);
  });
  it("sorts texts as people do", () => expect(sorted([{ t: "b10" }, { t: "B9" }, { t: "ä" }], "t", false).map((row) => row["t"])).toEqual(["ä", "B9", "b10"]));
});

import { describe, expect, it } from "vitest";
import { describe as tell } from "../src/panel/describe.ts";
import { definitionOf, type Table } from "../src/panel/table.ts";
import { currencyOf, unitOf } from "../src/panel/unit.ts";
import { texts } from "../src/texts/index.ts";

const months: Table = {
  columns: [
    { key: "period", label: "Month" },
    { key: "begins", label: "From", kind: "day" },
    { key: "is_running", label: "Still running" },
    { key: "net_minor", label: "Net revenue", kind: "money" },
    { key: "orders", label: "Orders" },
    { key: "share", label: "Share", kind: "percent" },
    { key: "seconds", label: "Took", unit: "s" },
  ],
  rows: Array.from({ length: 7 }, (_, at) => ({ period: `M${at + 1}`, begins: "2011-12-01", is_running: false, net_minor: (at + 1) * 100_050, orders: at === 1 ? null : at, share: 0.125, seconds: 2.5 })),
};
const told = (table: Table, shows?: readonly string[]): string => tell({ title: "By month", unit: "GBP", table, currency: "GBP", shows });

describe("what a screen reader hears of a chart", () => {
  it("is title, unit, the first rows with their first figures, and how many more there are", () =>
    expect(told(months)).toBe(
      "By month, GBP. 7 rows: M1: Net revenue £1,000.50, Orders 0, Share 12.5%; M2: Net revenue £2,001.00, Orders –, Share 12.5%; " +
        "M3: Net revenue £3,001.50, Orders 2, Share 12.5%; M4: Net revenue £4,002.00, Orders 3, Share 12.5%; M5: Net revenue £5,002.50, Orders 4, Share 12.5%; and 2 more in the table.",
    ));
  it("has the figures that the chart shows, with their unit", () => expect(told({ ...months, rows: months.rows.slice(0, 1) }, ["seconds"])).toBe("By month, GBP. 1 row: M1: Took (s) 2.5."));
  it("names a row by both its names, and leaves out one that is missing", () => {
    const flows: Table = {
      columns: [{ key: "from", label: "From" }, { key: "to", label: "To" }, { key: "n", label: "Customers" }, { key: "note", label: "Note" }],
      rows: [{ from: "New", to: "Loyal", n: 1200, note: "x" }, { from: null, to: "Lost", n: 3, note: "y" }],
    };
    expect(tell({ title: "Moves", unit: undefined, table: flows, currency: "" })).toBe("Moves. 2 rows: New, Loyal: Customers 1,200; Lost: Customers 3.");
  });
  it("is the title alone of a table without rows", () => expect(told({ ...months, rows: [] })).toBe("By month, GBP. 0 rows."));
});

describe("a panel's unit", () => {
  it("may stand from the start", () => expect(unitOf("customers", undefined)).toBe("customers"));
  it("may come with the answer", () => expect([unitOf(currencyOf, undefined), unitOf(currencyOf, { currency: "JPY" })]).toEqual([undefined, "JPY"]));
  it("is none where an answer has none", () => expect([unitOf(currencyOf, { currency: "" }), unitOf(undefined, {})]).toEqual([undefined, undefined]));
});

describe("the definition of a column", () => {
  it("is its own, else the glossary's", () => {
    expect(definitionOf({ key: "net_minor", label: "Net", definition: "Of this product." })).toBe("Of this product.");
    expect(definitionOf({ key: "net_minor", label: "Net" })).toBe(texts.glossary.net_minor);
  });
  it("is none of a name", () => expect(definitionOf({ key: "name", label: "Segment" })).toBeNull());
});

/** Columns as the pages write them: `{ key: "…", …, kind: "money" }`. */
const COLUMN = /\{ key: "(\w+)", label: [^{}]*?(?:\{[^{}]*\}[^{}]*?)*\}/g;
const sources = import.meta.glob<string>(["../src/pages/**/*.ts*", "../src/views/**/*.ts"], { query: "?raw", import: "default", eager: true });

describe("the columns of figures on the pages", () => {
  const columns = Object.entries(sources).flatMap(([file, text]) => [...text.matchAll(COLUMN)].map(([written, key = ""]) => ({ where: `${file}: ${key}`, key, written })));
  const figures = columns.filter(({ written }) => /kind: "(number|money|percent)"/.test(written));
  it("are found", () => expect(figures.length).toBeGreaterThan(80));
  it("have a definition each", () => {
    const lacking = figures.filter(({ key, written }) => !written.includes("definition:") && !(key in texts.glossary));
    expect(lacking.map(({ where }) => where)).toEqual([]);
  });
});

describe("definitions", () => {
  it("are sentences", () => {
    const broken = Object.entries(texts.glossary).filter(([, text]) => !/^[A-Z].*\.$/.test(text));
    expect(broken).toEqual([]);
  });
});

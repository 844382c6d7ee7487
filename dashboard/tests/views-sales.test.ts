import { describe, expect, it } from "vitest";
import { finer, lastDayIn, partRunning, wholeMonths } from "../src/views/sales.ts";

describe("a drill-down of sales", () => {
  it.each([
    ["2011-12-05", "day", "2011-12-05"],
    ["2011-12-26", "week", "2012-01-01"],
    ["2012-02-01", "month", "2012-02-29"],
    ["2011-10-01", "quarter", "2011-12-31"],
    ["2011-01-01", "year", "2011-12-31"],
    ["2011-01-01", "month", "2011-01-31"],
  ] as const)("of %s by %s ends on %s", (begins, grain, last) => expect(lastDayIn(begins, grain)).toBe(last));
  it("goes to months, then days, then nowhere", () => expect([finer("year"), finer("quarter"), finer("month"), finer("week"), finer("day")]).toEqual(["month", "month", "day", "day", null]));
});

describe("whole months", () => {
  it("hold the days that were chosen", () => expect(wholeMonths({ start: "2011-02-10", end: "2011-02-10" })).toEqual({ start: "2011-02-01", end: "2011-02-28" }));
  it("stay as they are", () => expect(wholeMonths({ start: "2010-12-01", end: "2011-11-30" })).toEqual({ start: "2010-12-01", end: "2011-11-30" }));
  it("leave an open end open", () => expect(wholeMonths({ start: "2011-02-10" })).toEqual({ start: "2011-02-01", end: undefined }));
});

it("a period that runs is parted from whole ones", () => {
  const rows = [{ net: 5, is_running: false }, { net: null }, { net: 2, is_running: true }];
  expect(partRunning(rows, (row) => row.net)).toEqual({ whole: [5, null, null], running: [null, null, 2], hasRunning: true });
});

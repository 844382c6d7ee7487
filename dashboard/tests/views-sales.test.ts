import { describe, expect, it } from "vitest";
import { withParams } from "../src/filters.ts";
import { chosenIn, finer, into, lastDayIn, notNarrowedTo, ofMonths, partRunning, periodOf, trailOf, wholeMonths } from "../src/views/sales.ts";

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
  it("of one value stays with months or longer", () => expect((["day", "week", "month", "quarter", "year"] as const).map(ofMonths)).toEqual(["month", "month", "month", "quarter", "year"]));
});

describe("whole months", () => {
  it("hold the days that were chosen", () => expect(wholeMonths({ start: "2011-02-10", end: "2011-02-10" })).toEqual({ start: "2011-02-01", end: "2011-02-28" }));
  it("stay as they are", () => expect(wholeMonths({ start: "2010-12-01", end: "2011-11-30" })).toEqual({ start: "2010-12-01", end: "2011-11-30" }));
  it("leave an open end open", () => expect(wholeMonths({ start: "2011-02-10" })).toEqual({ start: "2011-02-01", end: undefined }));
});

describe("a span is", () => {
  it.each([
    ["2011-02-01", "2011-02-28", "month"],
    ["2011-04-01", "2011-06-30", "quarter"],
    ["2011-01-01", "2011-12-31", "year"],
    ["2011-02-03", "2011-02-03", "day"],
    ["2011-02-02", "2011-02-28", null],
    ["2011-02-01", "2011-04-30", null],
    ["2011-02-01", "2012-01-31", null],
    ["2011-02-01", undefined, null],
    [undefined, undefined, null],
  ] as const)("from %s to %s: %s", (start, end, length) => expect(periodOf({ start, end })).toBe(length));
});

describe("the value that sales are narrowed to", () => {
  const query = new URLSearchParams("measure=orders&country=France&category=Cups&start=2011-01-01");
  const after = (changes: Record<string, string | undefined>): string => withParams(query, changes).toString();
  it("takes the place of another", () => expect(after(into("channel", "web"))).toBe("measure=orders&start=2011-01-01&channel=web"));
  it("keeps its category, as a product", () => expect(after(into("product", "a#b"))).toBe("measure=orders&category=Cups&start=2011-01-01&product=a%23b"));
  it("is read from the address", () => expect(chosenIn(new URLSearchParams("product=1&category=Cups&fee="))).toEqual([{ kind: "category", value: "Cups" }, { kind: "product", value: "1" }]));
});
it("a panel of the whole shop names what it is not narrowed to", () =>
  expect(["", "country=Germany", "category=Cups&product=1"].map((query) => notNarrowedTo(chosenIn(new URLSearchParams(query))))).toEqual([null, "Germany", "Cups, 1"]));

describe("the way back", () => {
  it("is not there at the start", () => expect(trailOf({}, [])).toHaveLength(1));
  it("goes by the periods around a day, then by what was chosen", () => {
    const day = { start: "2011-02-03", end: "2011-02-03" };
    const query = new URLSearchParams("start=2011-02-03&end=2011-02-03&grain=day&category=Cups&product=1&measure=orders");
    const trail = trailOf(day, chosenIn(query));
    expect(trail.map((crumb) => withParams(query, crumb.to).toString())).toEqual([
      "measure=orders",
      "start=2011-01-01&end=2011-12-31&grain=month&measure=orders",
      "start=2011-02-01&end=2011-02-28&grain=day&measure=orders",
      "start=2011-02-03&end=2011-02-03&grain=day&measure=orders",
      "start=2011-02-03&end=2011-02-03&grain=day&category=Cups&measure=orders",
      "start=2011-02-03&end=2011-02-03&grain=day&category=Cups&product=1&measure=orders",
    ]);
    expect(trail.map((crumb) => crumb.of)).toEqual(["all", "span", "span", "span", "category", "product"]);
  });
  it("has no period around a span that is none", () => expect(trailOf({ start: "2011-02-03", end: "2011-05-01" }, []).map((crumb) => crumb.span)).toEqual([{}, { start: "2011-02-03", end: "2011-05-01" }]));
});

it("a period that runs is parted from whole ones", () => {
  const rows = [{ net: 5, is_running: false }, { net: null }, { net: 2, is_running: true }];
  expect(partRunning(rows, (row) => row.net)).toEqual({ whole: [5, null, null], running: [null, null, 2], hasRunning: true });
});

import { expect, it } from "vitest";
import type { Overview, TrendRow } from "../src/types.ts";
import { figureRows, marksOn, namesIn } from "../src/views/overview.ts";

const row = (start: string, end: string): TrendRow => ({ begins: start, start, end, net_minor: 1, orders: 1, aov_minor: 1, previous_net_minor: null });
const weeks = [row("2011-12-01", "2011-12-04"), row("2011-12-05", "2011-12-11")];
const mark = (day: string, name: string, country: string | null = null) => ({ day, name, country });

it("a day of the calendar marks the period that holds it", () => {
  const marks = [mark("2011-12-11", "Advent"), mark("2011-12-24", "Eve")];
  expect(marksOn(weeks, marks, (each) => each.begins)).toEqual([{ x: "2011-12-05", label: "Advent" }]);
});
it("a name of several countries or days stands once, more names are counted", () => {
  const marks = [mark("2011-12-01", "A", "EIRE"), mark("2011-12-04", "A", "France"), mark("2011-12-02", "B"), mark("2011-12-03", "C")];
  expect(namesIn(weeks[0] as TrendRow, marks)).toEqual(["A", "B", "C"]);
  expect(marksOn(weeks, marks, (each) => each.begins)).toEqual([{ x: "2011-12-01", label: "A and 2 more" }]);
});
it("figures stand in units of the currency beside counts", () => {
  const same = { value: 3, previous: 2, change: 0.5 };
  const found = {
    currency: "KWD", net_minor: { value: 1_234_567, previous: null, change: null }, aov_minor: { value: 1000.4, previous: null, change: null },
    orders: same, customers: same, new_customers: same, returning_customers: same,
  } as Overview;
  const labels = { net_minor: "Net", orders: "Orders", aov_minor: "AOV", customers: "C", new_customers: "N", returning_customers: "R" };
  expect(figureRows(found, labels).slice(0, 3)).toEqual([
    { figure: "Net", unit: "KWD", value: 1234.567, previous: null, change: null },
    { figure: "Orders", unit: "", value: 3, previous: 2, change: 0.5 },
    { figure: "AOV", unit: "KWD", value: 1, previous: null, change: null },
  ]);
});

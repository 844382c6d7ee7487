import { expect, it } from "vitest";
import type { ChangeRow, Overview, TrendRow } from "../src/types.ts";
import { changeSentence, figureRows, keptNote, marksOn, namesIn } from "../src/views/overview.ts";

const row = (start: string, end: string): TrendRow => ({ begins: start, start, end, net_minor: 1, orders: 1, aov_minor: 1, previous_net_minor: null });
const weeks = [row("2011-12-01", "2011-12-04"), row("2011-12-05", "2011-12-11")];
const mark = (day: string, name: string, country: string | null = null) => ({ day, name, country });

it("a day of the calendar marks the period that holds it", () => {
  const marks = [mark("2011-12-11", "Advent"), mark("2011-12-24", "Eve")];
  expect(marksOn(weeks, marks, (each) => each.begins)).toEqual([{ x: "2011-12-05", label: "Advent" }]);
});
it("a name of several countries or days stands once with its countries, more names are counted", () => {
  const marks = [mark("2011-12-01", "A", "EIRE"), mark("2011-12-04", "A", "France"), mark("2011-12-02", "B"), mark("2011-12-03", "C")];
  expect(namesIn(weeks[0] as TrendRow, marks)).toEqual(["A (EIRE, France)", "B", "C"]);
  expect(marksOn(weeks, marks, (each) => each.begins)).toEqual([{ x: "2011-12-01", label: "A (EIRE, France) and 2 more" }]);
});
it("a day that everybody keeps has no country, and many countries are counted", () => {
  const all = [mark("2011-12-01", "A", "EIRE"), mark("2011-12-01", "A")];
  const many = ["a", "b", "c", "d"].map((country) => mark("2011-12-02", "B", country));
  expect(namesIn(weeks[0] as TrendRow, [...all, ...many])).toEqual(["A", "B (4 countries)"]);
});

const change = (kind: ChangeRow["kind"], value: number, previous: number, more: Partial<ChangeRow> = {}): ChangeRow => ({
  kind, id: null, name: "Cup", value, previous, difference: value - previous, change: previous > 0 ? (value - previous) / previous : null, text: "theirs", ...more,
});
const during = (days: number, worth: number | null = null, earlier: number | null = null): Pick<Overview, "currency" | "period" | "aov_minor"> => ({
  currency: "GBP", period: { start: "2025-06-04", end: "2025-06-06", days }, aov_minor: { value: worth, previous: earlier, change: null },
});
it.each([
  [change("net_minor", 123_450, 100_000), during(3), "Net revenue rose by 23.5% to £1,234.50: £234.50 more than in the 3 days before."],
  [change("net_minor", 100, 0), during(1), "Net revenue is £1.00: £1.00 more than in the day before."],
  [change("net_minor", 100, 100), during(1), "Net revenue is £1.00, as in the day before."],
  [change("orders", 1, 3), during(3), "1 order, 2 fewer than in the 3 days before."],
  [change("orders", 2, 3), during(3, 499.6, 200), "2 orders, 1 fewer than in the 3 days before; an order brings £5.00, £3.00 more."],
  [change("orders", 2, 2), during(3, 500.2, 500), "2 orders, as many as in the 3 days before; an order brings £5.00, as much."],
  [change("new_customers", 0, 2), during(3), "0 customers bought for the first time, 2 fewer than in the 3 days before."],
  [change("returning_customers", 1, 0), during(3), "1 customer came back, 1 more than in the 3 days before."],
  [change("product", 300, 400), during(3), "Cup brought £3.00: £1.00 less than in the 3 days before (-25%)."],
  [change("country", 300, -400), during(3), "Cup brought £3.00: £7.00 more than in the 3 days before."],
  [change("segment", 1, 2, { id: "lost", name: "theirs", since: "2010-11-09" }), during(3), "Lost shrank by 1 to 1 customer since 9 Nov 2010."],
  [change("segment", 1200, 2, { id: "own", name: "Own" }), during(3), "Own grew by 1,198 to 1,200 customers since the run before."],
])("what changed is said of its figures, %#", (row, found, sentence) => expect(changeSentence(row, found)).toBe(sentence));

it("says of how many values the changes are, where a run does not keep all", () => {
  const kept = { countries: { kept: 3, of: 3 }, products: { kept: 60, of: 3011 }, categories: { kept: 60, of: 61 } };
  expect(keptNote(kept)).toBe("A run keeps the days of 60 of 61 categories and 60 of 3,011 products; others are not among the changes.");
  expect(keptNote({ countries: { kept: 3, of: 3 } })).toBeNull();
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

import { describe, expect, it } from "vitest";
import { isWithin, today } from "../src/filters.ts";
import { setZone } from "../src/format.ts";
import { factsOf } from "../src/ui/facts.ts";

const asOf = "2011-12-10T00:00:00+00:00";
const until = { label: "Data until", value: "9 Dec 2011" };

describe("what the filter bar says the figures are of", () => {
  it("is the instant of the run where no dates count", () => expect(factsOf(false, { asOf, start: "2011-01-01" })).toEqual([{ label: "As of", value: "9 Dec 2011" }]));
  it("is the whole time, or what the page calls it, while no dates are chosen", () => {
    expect(factsOf(true, { asOf })).toEqual([{ label: "Whole time" }, until]);
    expect(factsOf(true, { asOf, says: "The last 30 whole days" })[0]).toEqual({ label: "The last 30 whole days" });
  });
  it("is the dates that are chosen, one or both", () =>
    expect([{ start: "2011-01-01", end: "2011-01-31" }, { start: "2011-01-01" }, { end: "2011-01-31" }].map((days) => factsOf(true, { asOf, says: "All", ...days })[0])).toEqual([
      { label: "Days", value: "1 Jan 2011 – 31 Jan 2011" },
      { label: "From", value: "1 Jan 2011" },
      { label: "Up to", value: "31 Jan 2011" },
    ]));
  it("is the days that were taken where one end is open", () => {
    const span = { start: "2011-01-01", end: "2011-01-30" };
    expect(factsOf(true, { asOf, says: "All", start: "2011-01-01", span })[0]).toEqual({ label: "Days", value: "1 Jan 2011 – 30 Jan 2011" });
    expect(factsOf(true, { asOf, says: "All", span })[0]).toEqual({ label: "All" });
  });
  it("is what each figure has of its own, whatever is in the address", () =>
    expect(factsOf(false, { asOf, says: "Each experiment from its start to its stop", start: "2011-01-01" })).toEqual([{ label: "Each experiment from its start to its stop" }, until]));
});

describe("chosen days", () => {
  it("hold their ends, and are open where there is none", () =>
    expect([isWithin("2011-01-01", { start: "2011-01-01", end: "2011-01-01" }), isWithin("2011-01-02", { end: "2011-01-01" }), isWithin("2010-12-31", { start: "2011-01-01" }), isWithin("1990-01-01", {})]).toEqual([true, false, false, true]));
  it("end today, in the shop's zone, where that is what counts", () => {
    setZone("Pacific/Auckland");
    const found = today(Date.parse("2026-01-01T12:00:00Z"));
    setZone("UTC");
    expect([found, today(Date.parse("2026-01-01T00:00:00Z"))]).toEqual(["2026-01-02", "2026-01-01"]);
  });
});

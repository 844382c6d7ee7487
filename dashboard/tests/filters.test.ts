import { describe, expect, it } from "vitest";
import { addDays, dayOr, lastWholeDayOf, presetRange, readFilters, withParams } from "../src/filters.ts";
import { setZone } from "../src/format.ts";

const read = (text: string) => readFilters(new URLSearchParams(text));

describe("filters in the address", () => {
  it("reads a range and a length of period", () =>
    expect(read("start=2011-01-01&end=2011-12-09&grain=week")).toEqual({ start: "2011-01-01", end: "2011-12-09", grain: "week" }));
  it.each(["start=2011-02-30", "start=yesterday", "grain=decade", "start=2011-12-09&end=2011-01-01", "start="])("drops what breaks a rule: %s", (text) =>
    expect(read(text)).toEqual({}));
  it("keeps the good one of two", () => expect(read("start=2011-01-01&end=x")).toEqual({ start: "2011-01-01" }));
  it("knows leap days", () => expect([dayOr("2012-02-29"), dayOr("2011-02-29")]).toEqual(["2012-02-29", undefined]));
  it("changes parameters and keeps others", () => {
    const before = new URLSearchParams("start=2011-01-01&method=rfm");
    expect(withParams(before, { start: undefined, end: "2011-02-01" }).toString()).toBe("method=rfm&end=2011-02-01");
    expect(before.toString()).toBe("start=2011-01-01&method=rfm");
  });
  it("counts a preset's days with both ends", () => expect(presetRange(30, "2011-12-09")).toEqual({ start: "2011-11-10", end: "2011-12-09" }));
  it("ends a preset on the last day that is over, in the shop's zone", () => {
    setZone("Europe/London");
    const found = ["2011-12-09T12:50:00Z", "2011-12-10T00:00:00+00:00", "2011-07-01T23:00:00Z", "2011-07-01T22:59:59.999999Z"].map(lastWholeDayOf);
    setZone("UTC");
    expect(found).toEqual(["2011-12-08", "2011-12-09", "2011-07-01", "2011-06-30"]);
  });
  it("counts over a change of clocks and of years", () => expect([addDays("2011-03-26", 2), addDays("2011-12-31", 1)]).toEqual(["2011-03-28", "2012-01-01"]));
});

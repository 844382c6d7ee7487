import { describe, expect, it } from "vitest";
import { broughtWithin, byDays } from "../src/views/customer.ts";

describe("what a customer brought, by days", () => {
  it("has every day between, each with what there was by then", () =>
    expect(byDays([{ day: "2012-02-28", net_minor: 500 }, { day: "2012-03-01", net_minor: 400 }])).toEqual([
      { day: "2012-02-28", net_minor: 500 },
      { day: "2012-02-29", net_minor: 500 },
      { day: "2012-03-01", net_minor: 400 },
    ]));
  it("begins and ends with days on which something else happened", () =>
    expect(byDays([{ day: "2011-12-09", net_minor: 0 }], ["2011-12-10", "2011-12-08"]).map((each) => each.net_minor)).toEqual([null, 0, 0]));
  it("is nothing where nothing happened", () => expect(byDays([])).toEqual([]));
});

describe("what a customer brought, of chosen days", () => {
  const points = [{ day: "2011-01-10", net_minor: 500 }, { day: "2011-03-01", net_minor: 300 }, { day: "2011-06-05", net_minor: 900 }];
  const cut = (days: { start?: string; end?: string }, before = 0) => broughtWithin(points, { ...days, before, lastDay: "2011-12-09" });
  it("is all while none are chosen", () => expect(cut({})).toEqual(points));
  it("begins with what was brought before, and goes on to the end", () =>
    expect(cut({ start: "2011-02-01", end: "2011-04-30" })).toEqual([{ day: "2011-02-01", net_minor: 500 }, { day: "2011-03-01", net_minor: 300 }, { day: "2011-04-30", net_minor: 300 }]));
  it("begins with what no entry is kept of any more", () => expect(cut({ start: "2011-01-01", end: "2011-01-05" }, 70)).toEqual([{ day: "2011-01-01", net_minor: 70 }, { day: "2011-01-05", net_minor: 70 }]));
  it("has a day on which something changed once", () => expect(cut({ start: "2011-03-01", end: "2011-03-01" })).toEqual([{ day: "2011-03-01", net_minor: 300 }]));
  it("ends with the data", () => expect(cut({ start: "2011-06-05", end: "2020-01-01" })).toEqual([{ day: "2011-06-05", net_minor: 900 }, { day: "2011-12-09", net_minor: 900 }]));
  it("is nothing after the data, before the first entry, and of nobody", () =>
    expect([cut({ start: "2012-01-01" }), cut({ end: "2011-01-09" }), broughtWithin([], { start: "2011-01-01", before: 0, lastDay: "2011-12-09" })]).toEqual([[], [], []]));
});

import { describe, expect, it } from "vitest";
import type { TimelineEvent } from "../src/types.ts";
import { broughtWithin, byDays, cutNote, keptFrom } from "../src/views/customer.ts";

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

describe("what a customer brought, of a timeline whose oldest entries are not kept", () => {
  const points = [{ day: "2011-03-01", net_minor: 900 }, { day: "2011-06-05", net_minor: 1000 }];
  const cut = (days: { start?: string; end?: string }, shown = points) => broughtWithin(shown, { ...days, before: 700, keptFrom: "2011-02-10", lastDay: "2011-12-09" });
  it("begins no earlier than what is kept, with all that was brought before", () =>
    expect(cut({ start: "2010-01-01", end: "2011-04-01" })).toEqual([{ day: "2011-02-10", net_minor: 700 }, { day: "2011-03-01", net_minor: 900 }, { day: "2011-04-01", net_minor: 900 }]));
  it("begins so as well where no first day is chosen, or none at all", () => {
    expect(cut({ end: "2011-02-20" })).toEqual([{ day: "2011-02-10", net_minor: 700 }, { day: "2011-02-20", net_minor: 700 }]);
    expect(cut({})).toEqual([{ day: "2011-02-10", net_minor: 700 }, ...points, { day: "2011-12-09", net_minor: 1000 }]);
  });
  it("begins with the chosen days where these are kept", () => expect(cut({ start: "2011-04-01", end: "2011-04-01" })).toEqual([{ day: "2011-04-01", net_minor: 900 }]));
  it("is nothing of days before what is kept", () => expect([cut({ start: "2010-01-01", end: "2011-02-09" }), cut({ end: "2011-02-09" })]).toEqual([[], []]));
  it("stays what it was before where nothing of what is kept brought anything", () => expect(cut({}, [])).toEqual([{ day: "2011-02-10", net_minor: 700 }, { day: "2011-12-09", net_minor: 700 }]));
});

describe("a timeline whose oldest entries are not kept", () => {
  const events = [{ kind: "visit", day: "2011-06-05" }, { kind: "purchase", day: "2011-02-10" }, { kind: "acquired", day: "2010-01-01" }] as TimelineEvent[];
  const found = { events, total: 1234, is_cut: true };
  it("is kept from its oldest entry on, but for how the customer came, which is always kept", () => expect([keptFrom(found), keptFrom({ events, is_cut: false })]).toEqual(["2011-02-10", undefined]));
  it("says so of days that may lack entries", () =>
    expect([{}, { start: "2011-02-10" }, { start: "2010-05-01" }].map((days) => cutNote(found, days))).toEqual(Array(3).fill("Of 1,234 entries the newest 2 are kept, of which the oldest is of 10 Feb 2011.")));
  it("says nothing of days that are whole, and where all is kept", () => expect([cutNote(found, { start: "2011-02-11" }), cutNote({ ...found, is_cut: false }, {})]).toEqual([null, null]));
});

import { describe, expect, it } from "vitest";
import { byDays } from "../src/views/customer.ts";

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

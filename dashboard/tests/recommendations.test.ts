import { describe, expect, it } from "vitest";
import type { Counted, Effectiveness, Scorecard } from "../src/types.ts";
import { earnedNote, figureUnit, funnelSteps, metricIntervals, metricName, metricsOf, nameOf, whyNot, writeFigure } from "../src/views/recommendations.ts";
import { isSimulated } from "../src/pages/shared/simulated.ts";

const totals: Counted = { impressions: 200, clicks: 20, carts: 8, purchases: 5, revenue_minor: 12_345, ctr: null, cart_rate: null, conversion: null, is_enough: false };
const report = { totals, reason: "not enough data: 200 impressions" } as Effectiveness;

describe("a report of effectiveness", () => {
  it("shows counts, though rates lack impressions", () => expect([whyNot(report, "clicks"), whyNot(report, "ctr")]).toEqual([null, "not enough data: 200 impressions"]));
  it("shows nothing where nothing was shown", () => expect(whyNot({ ...report, totals: { ...totals, impressions: 0, clicks: 0 } }, "clicks")).toBe(report.reason));
  it("goes from shown to bought", () => expect(funnelSteps(totals).map((step) => [step.value, step.share])).toEqual([[200, 1], [20, 0.1], [8, 0.04], [5, 0.025]]));
  it("has no shares of nothing", () => expect(funnelSteps({ ...totals, impressions: 0 })[1]?.share).toBeNull());
  it.each([
    ["rung", "user", "Customer's own list"],
    ["rung", "z", "z"],
    ["segment", "at_risk", "At Risk"],
    ["segment", "anonymous", "Anonymous visitors"],
    ["segment", "of_tomorrow", "Of tomorrow"],
    ["model", null, "Not known"],
    ["placement", "(others)", "Others"],
    ["position", 3, "3"],
  ] as const)("calls %s %j %s", (dimension, value, name) => expect(nameOf(dimension, value)).toBe(name));
  it("writes each figure in its unit", () => expect([writeFigure("ctr", "GBP")(0.0123), writeFigure("clicks", "GBP")(1234), writeFigure("revenue_minor", "GBP")(12_345)]).toEqual(["1.23%", "1,234", "£123.45"]));
});

describe("the days of a report", () => {
  const noted = { ...report, reason: null, since: "2011-11-01", until: "2011-11-30", rule: { text: "The last click counts." } };
  it("are said, with the rule", () => expect(earnedNote({ ...noted, coverage: { notes: [] } })).toBe("From 1 Nov 2011 to 30 Nov 2011. The last click counts."));
  it("are not those of what is left out where some are chosen", () =>
    expect(earnedNote({ ...noted, coverage: { notes: ["2 clicks name no product."], since: "2011-09-11", until: "2011-12-09" } })).toContain("of all days of the report from 11 Sept 2011 to 9 Dec 2011: 2 clicks name no product."));
  it("need no word where all are chosen", () =>
    expect(earnedNote({ ...noted, coverage: { notes: ["2 clicks."], since: "2011-11-01", until: "2011-11-30" } })).not.toContain("all days"));
  it("leave the unit to the figure", () => expect([figureUnit("ctr", "GBP"), figureUnit("revenue_minor", "GBP"), figureUnit("clicks", "GBP")]).toEqual(["Click-through rate, %", "Revenue, GBP", "Clicks"]));
});

describe("offline metrics", () => {
  const card = {
    candidates: {
      popularity: { decision: "recorded", metrics: { ndcg_at_10: { value: 0.1, low: 0.08, high: 0.12 }, coverage: { value: 0.01 } } },
      als: { decision: "published", metrics: { ndcg_at_10: { value: 0.2, low: 0.19, high: 0.22 } } },
      svd: { decision: "skipped", reason: "too few customers" },
    },
  } as unknown as Scorecard;
  it("are named once", () => expect(metricsOf(card)).toEqual(["ndcg_at_10", "coverage"]));
  it("come the best first, without whom they were not measured of", () =>
    expect(metricIntervals(card, "ndcg_at_10")).toEqual([{ name: "als", value: 0.2, low: 0.19, high: 0.22 }, { name: "popularity", value: 0.1, low: 0.08, high: 0.12 }]));
  it("are points where there is no interval", () => expect(metricIntervals(card, "coverage")).toEqual([{ name: "popularity", value: 0.01, low: 0.01, high: 0.01 }]));
  it("have readable names, new ones too", () => expect([metricName("ndcg_at_10"), metricName("hit_rate_at_20")]).toEqual(["NDCG@10", "hit rate@20"]));
});

describe("what is simulated", () => {
  it("is what the answer says is", () => expect([{ is_simulated: true }, { is_simulated: false }, {}, null].map(isSimulated)).toEqual([true, false, false, false]));
});

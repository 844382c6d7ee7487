import { describe, expect, it } from "vitest";
import { inUnit, liftIntervals, missingOf, newestOf, primaryFirst, writeP } from "../src/views/experiments.ts";
import type { Experiment, ExperimentResults, Lift, Metric } from "../src/types.ts";

const experiment = (id: string, state: Experiment["state"], started_at?: string): Experiment => ({ experiment_id: id, name: id, state, arms: [], ...(started_at ? { started_at } : {}) });

describe("the experiment that is shown by itself", () => {
  it("is the one that runs, though another began later", () =>
    expect(newestOf({ experiments: [experiment("late", "stopped", "2011-12-02"), experiment("runs", "running", "2011-12-01")], holdout: null })).toBe("runs"));
  it("is else the one that began last", () => expect(newestOf({ experiments: [experiment("a", "stopped", "2011-12-01"), experiment("b", "stopped", "2011-12-02")], holdout: null })).toBe("b"));
  it("is no draft, and nothing archived", () => expect(newestOf({ experiments: [experiment("a", "draft"), experiment("b", "archived", "2011-12-02")], holdout: null })).toBeNull());
  it("is the holdout where there is nothing else", () => expect([newestOf({ experiments: [], holdout: { share: 0.05, since: null } }), newestOf({ experiments: [], holdout: { share: 0, since: null } })]).toEqual(["holdout", null]));
});

const limits = (low: number | null, high: number | null) => ({ low: 0, high: 0, relative_low: low, relative_high: high, p: 0.1, corrected_p: 0.2 });
const lift = (relative: number | null): Lift => ({
  arm: "new", against: "old", absolute: 1, relative, fixed: limits(-0.01, 0.05), sequential: limits(-0.03, 0.07), significant: false, detectable_relative: 0.1,
});
const metric = (name: string, lifts: Lift[], missing: string[] = []): Metric => ({ metric: name, label: name, unit: "share", status: "compared", missing: missing.map((sentence) => ({ sentence, arm: "new", visitors: 5, events: 0, event: "buyers", days_more: null })), arms: [], lifts });

describe("results", () => {
  const found = { primary_metric: "revenue", metrics: [metric("ctr", [lift(0.02)], ["new needs 5 more visitors"]), metric("revenue", [lift(0.04), lift(null)], ["new needs 5 more visitors"])] } as ExperimentResults;
  it("have the metric that decides first", () => expect(primaryFirst(found).map((each) => each.metric)).toEqual(["revenue", "ctr"]));
  it("are lifts with the interval that is asked for", () => {
    const name = (one: Metric, { arm }: Lift): string => `${one.label}/${arm}`;
    expect(liftIntervals(found, "sequential", name)).toEqual([{ name: "revenue/new", value: 0.04, low: -0.03, high: 0.07 }, { name: "ctr/new", value: 0.02, low: -0.03, high: 0.07 }]);
    expect(liftIntervals(found, "fixed", name)[0]).toMatchObject({ low: -0.01, high: 0.05 });
  });
  it("say once what is missing", () => expect(missingOf(found)).toEqual(["new needs 5 more visitors"]));
  it("are numbers in the unit that stands beside them", () =>
    expect([inUnit(0.0712, "share", "GBP"), inUnit(1234.5, "minor", "GBP"), inUnit(1234, "minor", "KWD"), inUnit(null, "minor", "GBP")]).toEqual([7.12, 12.345, 1.234, null]));
  it("write p values", () => expect([writeP(0.0004), writeP(0.0456), writeP(null)]).toEqual(["< 0.001", "0.046", "–"]));
});

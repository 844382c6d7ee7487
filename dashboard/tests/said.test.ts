import { describe, expect, it } from "vitest";
import { inOneLine } from "../src/panel/problem.ts";
import { ApiError } from "../src/api.ts";
import { texts } from "../src/texts/index.ts";
import type { Drift, Effectiveness, ExperimentResults, SegmentRow } from "../src/types.ts";
import { effectInOurWords, reportInOurWords } from "../src/views/experimentWords.ts";
import { binLabel, breachSays, driftInOurWords, measureSays, rowRuleSays } from "../src/views/healthWords.ts";
import { reasonOf } from "../src/views/preview.ts";
import { effectivenessInOurWords } from "../src/views/recommendations.ts";
import { inOurWords, said } from "../src/views/said.ts";
import { clusterName, withOurWords } from "../src/views/segments.ts";

describe("a sentence", () => {
  it("is the page's own, with the numbers and days that stand beside its code", () => {
    expect(said("few_impressions", { impressions: 1234, least: 100 }, "not enough data")).toBe("There are 1,234 impressions, and rates are given from 100 on.");
    expect(said("before_the_shop", { begun: "2025-04-01", before: "2025-03-02" }, "the shop's")).toBe("The shop's orders begin on 1 Apr 2025, and the period before on 2 Mar 2025.");
  });
  it.each([["of_tomorrow", {}], [null, {}], [undefined, undefined], ["toString", {}], ["few_impressions", {}], ["few_impressions", { impressions: 3 }]])("by the code %s with %j is the API's", (code, values) =>
    expect(said(code, values, "the moon is full")).toBe("The moon is full."));
  it("of a failed run has the page's words for machine and state, and what AWS calls others", () => {
    const failed = (values: object): string | null => said("run_failed", { machine: "segmentation", run_id: "r-1", status: "TIMED_OUT", cause: "", ...values }, "English");
    expect(failed({})).toBe("Last run of Segmentation (r-1): Timed out. What was live before still is. Mend the cause, then start it again.");
    expect(failed({ machine: "counting", status: "PENDING_REDRIVE", cause: "BadInput: no events" })).toMatch(/^Last run of counting \(r-1\): PENDING_REDRIVE, BadInput: no events\. What/);
  });
  it("of a method that could not be compared says why", () => {
    const values = { customers: 5, scores: "a 0.1", live: "als", why: "no order names its customer" };
    expect(said("still_best_uncompared", values, "English")).toMatch(/; the live method als could not be compared: no order names its customer\.$/);
  });
  it("of a decision that the page does not know has the API's word", () =>
    expect(said("monitoring_decided", { decided: "English", segments: "postpone", recommendations: "none" }, "English")).toBe("Segments: postpone; recommendations: nothing to do."));
  it("has instants as the page writes them", () =>
    expect(said("run_going", { run_id: "r-1", family: "segments", since: "2026-01-02T03:04:05+00:00" }, "English")).toBe("Run r-1 of segments is going since 2 Jan 2026, 03:04."));
  it("of an engine has each table's rows and limits", () => {
    const values = { counts: "English", limits_said: "English", rows: { orders: 1, events: 1200 }, limits: { orders: 5, events: 9000 } };
    expect(said("one_function_carries", values, "English")).toBe("There are 1 order line and 1,200 events, and one function carries 5 order lines and 9,000 events.");
    expect(said("beyond_without_spark", { passed: "English", rows: { orders: 6 }, limits: { orders: 5 } }, "English")).toBe(
      "One function carries 5 order lines, and there are 6 order lines. Nothing here runs Spark; make deploy SPARK=on enables it.");
  });
  it("is none where the API says nothing", () => expect(said(null, {}, null)).toBeNull());
});

describe("an answer", () => {
  it("comes in the page's words, wherever a code stands beside a sentence", () =>
    expect(
      inOurWords({
        reason: "no run before", reason_code: "no_run_before", reason_values: {}, k: 2,
        next: [{ say: "nothing", say_code: "all_is_well", say_values: {}, command: "" }],
        reasons: { first_categories: "none", first_products: null }, reason_codes: { first_categories: "no_categories", first_products: null },
        absent: { visit: "none" }, absent_codes: { visit: "no_events" },
      }),
    ).toMatchObject({
      reason: texts.said.sentences.no_run_before(), k: 2,
      next: [{ say: texts.said.sentences.all_is_well(), command: "" }],
      reasons: { first_categories: texts.said.sentences.no_categories(), first_products: null },
      absent: { visit: texts.said.sentences.no_events() },
    }));
  it("has what its sentences name in the page's words, where that has a code", () =>
    expect(
      inOurWords({
        reason: "English", reason_code: "few_to_compare_uncompared",
        reason_values: { customers: 5, least: 20, model: "popularity", live: "als", why: "English", why_code: "no_named_orders", why_values: {} },
      }).reason,
    ).toMatch(/could not be compared: No order names its customer, so only popularity can be learnt\.$/));
  it("has why nothing could carry a run in the page's words", () => {
    const why = { cause: "TooLarge: English", cause_code: "beyond_without_spark", cause_values: { passed: "English", rows: { orders: 6 }, limits: { orders: 5 } } };
    expect(inOurWords({ say: "English", say_code: "run_failed", say_values: { machine: "training", run_id: "r-1", status: "FAILED", ...why } }).say).toMatch(
      /^Last run of Training \(r-1\): Failed, One function carries 5 order lines, and there are 6 order lines\. Nothing .* enables it\. What was live/);
  });
  it("without codes is as it came", () => {
    const answer = { reason: "no run before", rows: [{ name: "reason_code" }], country_code: "GB", none: null };
    expect(inOurWords(answer)).toEqual(answer);
  });
  it("leaves lists alone that have a list of codes", () => {
    const answer = { notes: ["a", "b"], note_codes: ["one", "two"] };
    expect(inOurWords(answer)).toEqual(answer);
  });
  it("of no reason stays one", () => expect(inOurWords({ reason: null, reason_code: null, reason_values: {} }).reason).toBeNull());
});

describe("a refusal in one line", () => {
  it("is the page's sentence, then what the API says of the values", () =>
    expect(inOneLine(new ApiError(409, { detail: "run b is live", request_id: "r-1" }))).toBe(`${texts.said.problems.conflict} run b is live Request r-1`));
  it("of the page's own making has its words alone", () => expect(inOneLine(new Error("no canvas"))).toBe("no canvas"));
});

describe("a report of an experiment", () => {
  const limits = { low: -1, high: 2, relative_low: -0.012, relative_high: 0.034, p: 0.2, corrected_p: 0.00004 };
  const lift = { arm: "new", against: "old", absolute: 1, relative: 0.011, fixed: limits, sequential: limits, significant: false, detectable_relative: 0.05 };
  const metric = (missing: object[] = [], lifts: object[] = [lift]) => ({ metric: "conversion", label: "conversion", unit: "share", missing, arms: [], lifts });
  const report = (verdict: object, one = metric(), more: object = {}): ExperimentResults =>
    ({
      name: "x", control: "old", primary_metric: "conversion", units: 9, crossovers: 3, unexpected: 0, days: { count: 2 }, notes: [], note_codes: [], currency: "GBP",
      arms: [{ arm: "old", kind: "none", units: 60, expected_share: 0.5 }, { arm: "new", kind: "model", units: 20, expected_share: 0.5 }],
      sample_ratio: { p: 0.001, fails: true }, metrics: [one], incremental_revenue: [{ of: "recommendations", arm: "new", against: "old" }], options: { confidence: 0.95, power: 0.8 },
      verdict: { arm: null, sentence: "English", ...verdict }, ...more,
    }) as unknown as ExperimentResults;
  const sentence = (...given: Parameters<typeof report>): string => reportInOurWords(report(...given)).verdict.sentence;

  it("names the winner with its interval", () =>
    expect(sentence({ code: "winner", arm: "new" })).toBe("new wins against old: conversion +1.1% (95% interval -1.2% to +3.4%, corrected p < 0.0001; safe to look at any time)."));
  it("says what would have been found", () =>
    expect(sentence({ code: "no_difference_seen", arm: "new" })).toMatch(/^No difference seen between new and old: conversion \+1\.1% .*; a lift of 5% would have been found with a chance of 80%\.$/));
  it("says what is lacking, and for how long", () => {
    const missing = [{ sentence: "", arm: "old", visitors: 40, events: 0, event: "buyers", days_more: 3 }, { sentence: "", arm: "new", visitors: 1200, events: 2, event: "buyers", days_more: 12 }];
    expect(sentence({ code: "not_enough_data" }, metric(missing, []))).toBe("Not enough data yet: old needs 40 more visitors; new needs 1,200 more visitors and 2 more buyers. That takes about 12 days more at the present rate.");
    expect(sentence({ code: "not_enough_data" }, metric([{ ...missing[0], days_more: null }], []))).toBe("Not enough data yet: old needs 40 more visitors.");
  });
  it("says that the control has no such metric", () => expect(sentence({ code: "not_enough_data" }, metric([], []))).toContain("old has no conversion"));
  it("stops where the arms are not filled as they should be", () =>
    expect(sentence({ code: "stopped" }, metric(), { metrics: [] })).toContain("old 60 for 50% expected and new 20 for 50% expected; p 0.001"));
  it("has its notes, kinds and what is earned in words", () => {
    const told = reportInOurWords(report({ code: "stopped" }, metric(), { notes: ["a", "b"], note_codes: ["short", "of_tomorrow"] }));
    expect(told.notes).toEqual(["Visitors of 2 days only: weekdays differ, so let it run for whole weeks.", "b"]);
    expect(told.arms.map((arm) => arm.kind)).toEqual(["No recommendations", "A model"]);
    expect(told.incremental_revenue[0]?.of).toBe("Recommendations");
  });
  it("of an older run keeps its sentence", () => expect(sentence({ code: "winner", arm: "gone" })).toBe("English"));
  it("of an export without anybody held out is a sentence", () =>
    expect(effectInOurWords({ stopped: "nobody_held_out", verdict: "nobody" }, "GBP").verdict).toBe(texts.said.sentences.nobody_held_out()));
});

describe("drift", () => {
  const measured = (verdict: string, value: number, more: object = {}) => measureSays({ measure: "psi", verdict, value, threshold: 0.1, says: "English", ...more } as never);
  it.each([
    ["ok", 0.05, {}, "The population stability index is 0.05, below 0.1."],
    ["warn", 0.2, {}, "The population stability index is 0.2, which reaches 0.1."],
    ["ok", 0.2, { p: 0.4 }, "The population stability index is 0.2, which reaches 0.1, but chance alone gives that of so few rows."],
    ["drift", 0.3, { measure: "segment_mix", of: "lifecycle" }, "The population stability index of the segments (Lifecycle) is 0.3, which reaches 0.1."],
    ["drift", 0.02, { measure: "decay" }, "NDCG@10 of the published lists is 0.02, and its interval lies below the bound of 0.1."],
    ["warn", 0.2, { measure: "of_tomorrow" }, "English."],
  ])("of verdict %s at %d with %j says so", (verdict, value, more, text) => expect(measured(verdict, value, more)).toBe(text));
  it("of too few rows says how many there are", () =>
    expect(measureSays({ measure: "distribution", verdict: "not enough data", says: "English", why_code: "few_values", why_values: { before: 5, now: 1500, least: 200 } })).toBe(
      "Not enough data. Rows with a value then: 5, now: 1,500; 200 are needed."));
  it("tells what moved, the most severe first, without what grows by itself", () => {
    const part = (severity: number, verdict: string, more: object = {}) => ({ severity, verdict, measures: [{ measure: "psi", verdict, value: 0.3, threshold: 0.2, says: "" }], ...more });
    const found = {
      reasons: ["a", "b"], features: [part(3.5, "drift", { column: "tenure_days", in_verdict: false }), part(2.1, "warn", { column: "items" })], raw: [],
      segments: part(3.2, "drift"), catalogue: part(1, "ok"), diversity: part(1, "ok"), decay: part(0, "not enough data"),
    } as unknown as Drift;
    expect(driftInOurWords(found).reasons).toEqual(["Segments: The population stability index is 0.3, which reaches 0.2.", "items: The population stability index is 0.3, which reaches 0.2."]);
  });
});

describe("a bin", () => {
  it.each([
    ["up to 3", "number", "up to 3"], ["above 3 to 7.5", "number", "above 3 to 7.5"], ["above 7.5", "number", "above 7.5"], ["below all of the reference", "number", "below all of then"],
    ["(rarer ones)", "category", "rare ones"], ["above 3", "category", "above 3"], ["red", "category", "red"],
  ] as const)("%s of a %s is called %s", (bin, kind, label) => expect(binLabel(bin, kind)).toBe(label));
});

describe("a rule", () => {
  it.each([
    ["orders", "customer-id-missing", "The customer id is empty; every row of orders must have one."],
    ["orders", "unit-price-not-a-number", "The unit price is no decimal number such as 3, -1.5 or 1234.50."],
    ["orders", "quantity-zero", "A quantity of 0 moves nothing."],
    ["orders", "of-tomorrow", "English."],
  ])("of %s %s says why rows are refused", (table, rule, text) => expect(rowRuleSays(table, rule, "English")).toBe(text));
  it("of quality says what it found and what it allows", () => {
    expect(breachSays({ measure: "refused_share", value: 0.123, limit: 0.05, says: "" })).toContain("12.3% of the records were refused; the rule allows at most 5%.");
    expect(breachSays({ measure: "rows_ratio", value: 0.2, limit: 0.3333, says: "" })).toContain("0.2 times the rows of the median of the uploads before; the rule allows at least 0.33.");
  });
  it("of quality whose column is not told has the API's words", () => expect(breachSays({ measure: "null_share", value: 0.5, limit: 0.2, says: "half are missing" })).toBe("Half are missing."));
  it("of quality that is broken itself has the API's words", () => expect(breachSays({ says: "settings/quality.toml is no TOML" })).toBe("Settings/quality.toml is no TOML."));
});

describe("a product's reason", () => {
  it.each([
    [{ kind: "bought_together", share: 0.376, because_name: "Mug" }, "38% of the customers who bought Mug also bought this"],
    [{ kind: "same_basket", share: 0.0424, because_name: "Mug" }, "in 4.2% of the baskets that hold Mug"],
    [{ kind: "bought_again", share: 0.0002 }, "bought on under 0.1% of this customer's days with a purchase"],
    [{ kind: "popular", buyers: 1 }, "1 customer bought this"],
    [{ kind: "popular", buyers: 0 }, "popular in this shop"],
    [{ kind: "trending", times: 2.5 }, "sells 2.5 times as much as before"],
    [{ kind: "of_tomorrow" }, "English"],
  ])("%j says so", (reason, text) => expect(reasonOf({ reason: { text: "English", ...reason } } as never)).toBe(text));
});

describe("a report of effectiveness", () => {
  const report = (coverage: object): Effectiveness => ({ rule: { text: "English", click_days: 7, view_days: 1 }, coverage: { notes: ["in English"], ...coverage } }) as unknown as Effectiveness;
  it("says its rule", () => expect(effectivenessInOurWords(report({})).rule.text).toMatch(/at most 7 times 24 hours before the order.* Without such a click .* at most 24 hours before\.$/));
  it("says what is left out by its count", () =>
    expect(effectivenessInOurWords(report({ without_impression: 2, without_product: 1, with_id: 9, orders_of_nobody: 0 })).coverage.notes).toEqual([
      "1 click names an answer but no product: no figure counts that.", "2 clicks have no impression of the same answer, so no rate counts them.",
    ]));
  it("of an older run keeps its sentences", () => expect(effectivenessInOurWords(report({ without_product: 1 })).coverage.notes).toEqual(["In English."]));
});

describe("a segment", () => {
  const row = (more: object) => withOurWords({ segments: [{ segment_id: "researcher", name: "R", rule: "English", ...more } as unknown as SegmentRow] }, "behaviour").segments[0];
  it("has its rule with the run's numbers", () => expect(row({ limits: { least_depth: 6.5 } })?.rule).toBe("At least 6.5 views a visit on average."));
  it("has the API's rule where a number of it is lacking", () => {
    expect(row({ segment_id: "cart_abandoner", limits: { least_carts: 2 } })?.rule).toBe("English");
    const [dormant] = withOurWords({ segments: [{ segment_id: "dormant", name: "D", rule: "English", limits: {} } as unknown as SegmentRow] }, "lifecycle").segments;
    expect(dormant?.rule).toBe("English");
  });
  it("says that a rule is never met", () => expect(row({ limits: {} })?.rule).toContain("Never met"));
  it("of an older run keeps its rule", () => expect(row({})?.rule).toBe("English"));
  it("that is a cluster is called by what sets it apart", () => {
    const traits = [{ feature: "occasions", is_high: true }, { feature: "shelf_life", is_high: false }];
    expect(clusterName({ name: "English", name_parts: { traits, apart: { feature: "occasions", median: 3 }, number: 2 } })).toBe("Many purchases, low shelf life (days with purchases 3), 2");
    expect(clusterName({ name: "English", name_parts: { traits: [], apart: null, number: null } })).toBe("Near the average");
    expect(clusterName({ name: "English" })).toBe("English");
  });
});

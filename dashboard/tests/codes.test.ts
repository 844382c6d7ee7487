/** Whatever the API says by a code, the page says in its own words: `codes.json` is what Python's lists hold. */
import { describe, expect, it } from "vitest";
import codes from "./codes.json";
import { texts } from "../src/texts/index.ts";
import { binLabel, breachSays, measureSays, rowRuleSays } from "../src/views/healthWords.ts";
import { metricLabel } from "../src/views/experimentWords.ts";
import { reasonOf } from "../src/views/preview.ts";
import { said } from "../src/views/said.ts";
import { clusterName, withOurWords } from "../src/views/segments.ts";
import type { SegmentRow } from "../src/types.ts";

const ENGLISH = "The API's own sentence";
const isWhole = (text: string | null): boolean => text !== null && text !== "" && text !== `${ENGLISH}.` && !/undefined|NaN|\?(?= )/.test(text);

/** What a sentence says by other values that stand beside it, or leaves to the panel that has it. */
const OTHERWISE: Record<string, readonly string[]> = {
  monitoring_decided: ["decided"], uploads_given_up: ["uploads"], run_failed: ["why"], alarm_stands: ["description"],
  one_function_carries: ["counts", "limits_said"], kept_in_functions: ["passed"], on_this_machine: ["passed"], beyond_one_function: ["passed"], beyond_without_spark: ["passed"],
  monitoring_alerts: ["said"], monitoring_failed: ["said"],
};

describe("the page has words for", () => {
  it.each(Object.entries(codes.sentences))("the sentence %s", (code, values) => expect(said(code, values, ENGLISH)).toSatisfy(isWhole));
  it.each(Object.entries(codes.sentences))("what the sentence %s names, too", (code, values) => {
    const named = Object.entries(values).map(([name, value]) => [name, value === "some" ? `of ${name}` : value] as const);
    const told = said(code, Object.fromEntries(named), ENGLISH) ?? "";
    expect(named.filter(([name, value]) => typeof value === "string" && value.startsWith("of ") && !told.includes(value) && !(OTHERWISE[code] ?? []).includes(name))).toEqual([]);
  });
  it.each(Object.keys(texts.health.machines).flatMap((machine) => Object.keys(texts.health.runStates).map((status) => [machine, status] as const)))("a run of %s that ended %s", (machine, status) => {
    const told = said("run_failed", { machine, status, run_id: "r", why: "", cause: "" }, ENGLISH) ?? "";
    expect([isWhole(told), told.includes(machine), told.includes(status)]).toEqual([true, false, false]);
  });
  it.each(["effectiveness"])("the part %s of monitoring", (part) => expect(said("monitoring_failed", { part }, ENGLISH)).not.toContain(part));
  it.each(["rfm", "lifecycle", "behaviour", "kmeans"] as const)("drift of the segments by %s", (of) =>
    expect(measureSays({ measure: "segment_mix", of, verdict: "warn", says: ENGLISH, value: 0.3, threshold: 0.2 })).toContain(`(${texts.segments.methods[of]})`));
  it.each(Object.entries(codes.row_rules).flatMap(([table, rules]) => Object.keys(rules).map((rule) => [table, rule] as const)))("the rule of %s %s", (table, rule) =>
    expect(rowRuleSays(table, rule, ENGLISH)).toSatisfy(isWhole));
  it.each(codes.quality_measures)("the measure of quality %s", (measure) => expect(breachSays({ measure, column: "price", value: 0.5, limit: 0.2, says: ENGLISH })).toSatisfy(isWhole));
  it.each(codes.drift_measures)("the measure of drift %s", (measure) => expect(measureSays({ measure, verdict: "warn", says: ENGLISH, value: 0.3, threshold: 0.2 })).toSatisfy(isWhole));
  it.each(Object.entries(codes.segments).flatMap(([method, ids]) => ids.map((id) => [method as "rfm" | "lifecycle" | "behaviour", id] as const)))("the segment %s %s", (method, id) => {
    const limits = (codes.behaviour_limits as Record<string, Record<string, number>>)[id] ?? { share: 0.8 };
    const row = { segment_id: id, name: ENGLISH, description: ENGLISH, rule: ENGLISH, ...(method === "rfm" ? {} : { limits }) } as unknown as SegmentRow;
    const [told] = withOurWords({ segments: [row] }, method).segments;
    expect([told?.name, told?.description].every((each) => isWhole(each ?? null))).toBe(true);
    if (method !== "rfm") expect(told?.rule ?? null).toSatisfy(isWhole);
  });
  it.each(Object.entries(codes.drift_bins).flatMap(([kind, bins]) => bins.map((bin) => [kind as "number" | "category", bin] as const)))("a bin of a %s, %s", (kind, bin) =>
    expect(binLabel(bin, kind)).not.toBe(bin));
  it.each(codes.severities)("the severity %s", (severity) => expect(Object.keys(texts.health.severities)).toContain(severity));
  it.each(codes.cluster_features)("a cluster by %s", (feature) => {
    const names = [false, true].map((is_high) => clusterName({ name: ENGLISH, name_parts: { traits: [{ feature, is_high }], apart: null, number: null } }));
    expect(names).toEqual(texts.said.segments.traits[feature as "occasions"].map((each) => each.charAt(0).toUpperCase() + each.slice(1)));
  });
  it.each(codes.cluster_features)("the feature %s", (feature) => expect(Object.keys(texts.segments.features)).toContain(feature));
  it.each(codes.item_reasons)("the reason %s of a product", (kind) =>
    expect(reasonOf({ reason: { kind, text: ENGLISH, because_name: "Mug", share: 0.3, buyers: 4, times: 2 } } as never)).not.toBe(ENGLISH));
  it.each(codes.experiment_metrics)("the metric %s", (metric) => expect(metricLabel(metric)).not.toBe(metric));
  it.each(codes.experiment_events)("who counts as %s", (event) => expect(Object.keys(texts.said.experiments.events)).toContain(event));
  it.each(codes.experiment_notes)("the note %s", (note) => expect(Object.keys(texts.said.experiments.notes)).toContain(note));
  it.each(codes.coverage_notes)("what is left out: %s", (name) => expect(Object.keys(texts.said.effectiveness.left)).toContain(name));
});

/** What the page of recommendations computes from reports of effectiveness and from metrics. */
import type { Interval } from "../chart/options.ts";
import { day, money, number, percent, readable } from "../format.ts";
import { texts } from "../texts/index.ts";
import { word } from "../texts/words.ts";
import { asSentence } from "./said.ts";
import { segmentName } from "./segments.ts";
import type { Counted, Dimension, Effectiveness, Scorecard } from "../types.ts";

const words = texts.recommendations;
const said = texts.said.effectiveness;

export const FIGURES = ["ctr", "conversion", "impressions", "clicks", "carts", "purchases", "revenue_minor"] as const;
export type Figure = (typeof FIGURES)[number];

export const KIND = { ctr: "percent", conversion: "percent", impressions: "number", clicks: "number", carts: "number", purchases: "number", revenue_minor: "money" } as const;

export function writeFigure(figure: Figure, currency: string, isCompact = false): (value: number) => string {
  if (KIND[figure] === "percent") return (value) => percent(value, 2);
  return KIND[figure] === "money" ? (value) => money(value, currency, { isCompact }) : (value) => number(value);
}

/** Return what a figure is measured in, with its name. */
export function figureUnit(figure: Figure, currency: string): string {
  const unit = { percent: "%", money: currency, number: "" }[KIND[figure]];
  return unit ? texts.units.of(words.figures[figure], unit) : words.figures[figure];
}

/** Say of which days a report is, by which rule, and what it leaves out, which is counted over all of its days. */
export function earnedNote({ since, until, rule, reason, coverage }: Effectiveness): string {
  const isPart = coverage.since !== undefined && coverage.until !== undefined && (coverage.since !== since || coverage.until !== until);
  const ofAllDays = isPart && coverage.notes.length > 0 ? words.ofAllDays(day(coverage.since), day(coverage.until)) : null;
  return [words.period(day(since), day(until)), rule.text, reason, ofAllDays, ...coverage.notes].filter(Boolean).join(" ");
}

/** Say why a figure cannot be shown, or null: counts need anything at all, rates the impressions that the shop asks for. */
export function whyNot(report: Effectiveness, figure: Figure): string | null {
  const hasAnything = report.totals.impressions > 0 || report.totals.clicks > 0;
  return hasAnything && KIND[figure] !== "percent" ? null : report.reason;
}

/** Put a report's rule, and what it leaves out, into the page's words. */
export function effectivenessInOurWords(found: Effectiveness): Effectiveness {
  const { text, click_days, view_days } = found.rule;
  const rule = click_days === undefined ? text : [said.rule(click_days), view_days ? said.ruleOfViews(view_days) : ""].filter(Boolean).join(" ");
  return { ...found, rule: { ...found.rule, text: rule }, coverage: { ...found.coverage, notes: notesOf(found.coverage) } };
}

/** Say what is left out by its count; an older report has sentences alone, of some of them. */
function notesOf({ notes, ...counts }: Effectiveness["coverage"]): string[] {
  if (!("without_impression" in counts)) return notes.map(asSentence);
  return Object.entries(said.left).flatMap(([name, sentence]) => (typeof counts[name] === "number" && counts[name] > 0 ? [sentence(counts[name])] : []));
}

const REST = "(others)";

/** Return what the value of a dimension is called. */
export function nameOf(dimension: Dimension, value: unknown): string {
  if (value === null || value === undefined) return texts.table.unknown;
  const written = String(value);
  if (written === REST) return texts.table.rest;
  if (dimension === "rung") return word(words.rungs, written);
  return dimension === "segment" ? word(texts.journeys.segments, written, segmentName("rfm", written)) : written;
}

/** Return the steps from shown to bought, each with its share of what was shown. */
export function funnelSteps(totals: Counted): { name: string; value: number; share: number | null }[] {
  const steps = ["impressions", "clicks", "carts", "purchases"] as const;
  return steps.map((step) => ({ name: words.figures[step], value: totals[step], share: totals.impressions > 0 ? totals[step] / totals.impressions : null }));
}

/** Return the names of all metrics that some candidate has, in the order of the first that has them. */
export function metricsOf(card: Scorecard): string[] {
  return [...new Set(Object.values(card.candidates).flatMap((candidate) => Object.keys(candidate.metrics ?? {})))];
}

/** Make a metric's name readable; `hit_rate_at_20` is "hit rate@20" where no text names it. */
export function metricName(metric: string): string {
  return word(words.metricNames, metric, readable(metric.replace(/_at_(\d+)$/, "@$1")));
}

/** Say what a metric means, whatever the length of the lists. */
export function metricMeaning(metric: string): string {
  return word(words.metricMeanings, metric.replace(/_at_\d+$/, ""), words.otherMetric);
}

/** Return a metric of each candidate with its interval, the best first; one without an interval is a point. */
export function metricIntervals(card: Scorecard, metric: string): Interval[] {
  return Object.entries(card.candidates)
    .flatMap(([name, { metrics }]) => {
      const found = metrics?.[metric];
      return found ? [{ name, value: found.value, low: found.low ?? found.value, high: found.high ?? found.value }] : [];
    })
    .toSorted((a, b) => b.value - a.value);
}

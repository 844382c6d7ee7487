/** Reports of experiments in the page's words: what they come to, what they lack, and what to know beside them. */
import { change, money, percent } from "../format.ts";
import { texts } from "../texts/index.ts";
import { at, word } from "../texts/words.ts";
import type { ExperimentResults, Lift, Metric } from "../types.ts";
import { smallP } from "./experiments.ts";
import { said } from "./said.ts";

const words = texts.said.experiments;

/** Return what a metric is called. */
export function metricLabel(metric: string, otherwise: string = metric): string {
  return word(words.metrics, metric, otherwise);
}

/** Put the sentences and labels of a report into the page's words. */
export function reportInOurWords(found: ExperimentResults): ExperimentResults {
  const metrics = found.metrics.map((metric) => ({
    ...metric,
    label: metricLabel(metric.metric, metric.label),
    missing: metric.missing.map((each) => ({ ...each, sentence: words.needs(each.arm, each.visitors, each.events, each.event) })),
  }));
  const kindOf = (name: string): string => found.arms.find(({ arm }) => arm === name)?.kind ?? "";
  const told = {
    ...found,
    metrics,
    arms: found.arms.map((arm) => ({ ...arm, kind: word(words.kinds, arm.kind) })),
    incremental_revenue: found.incremental_revenue.map((each) => ({ ...each, of: word(words.earned, kindOf(each.against), each.of) })),
  };
  return { ...told, notes: notesOf(found), verdict: { ...found.verdict, sentence: verdictOf(told) ?? found.verdict.sentence } };
}

/** Put what came of an export into the page's words; where nobody was held out, its verdict is a sentence. */
export function effectInOurWords<E extends { verdict: { sentence: string } | string }>(effect: E, currency: string): E {
  if (typeof effect.verdict === "string") return { ...effect, verdict: said((effect as { stopped?: string }).stopped, {}, effect.verdict) ?? effect.verdict };
  return reportInOurWords({ ...(effect as unknown as ExperimentResults), currency }) as unknown as E;
}

function notesOf({ note_codes, notes, crossovers, unexpected, days }: ExperimentResults): string[] {
  const counts = { crossovers, unexpected, days: days.count };
  return notes.map((note, place) => at(words.notes, note_codes?.[place] ?? "")?.(counts) ?? note);
}

/** Say a verdict by its code; null where the figures that it needs are not there. */
function verdictOf(found: ExperimentResults): string | null {
  const { code, arm } = found.verdict;
  if (code === "stopped") {
    return words.stopped(found.arms.map((each) => ({ arm: each.arm, units: each.units, share: each.expected_share })), smallP(found.sample_ratio.p));
  }
  const primary = found.metrics.find((metric) => metric.metric === found.primary_metric);
  if (!primary) return null;
  if (code === "not_enough_data") return notEnough(found, primary);
  const lift = primary.lifts.find((each) => each.arm === arm);
  if (!lift) return null;
  const effect = effectOf(found, primary, lift);
  if (code === "winner") return words.winner(lift.arm, lift.against, effect);
  if (code === "loser") return words.loser(lift.arm, lift.against, effect);
  const detectable = lift.detectable_relative === null ? null : percent(lift.detectable_relative);
  return words.noDifference(lift.arm, lift.against, effect, detectable, found.options?.power === undefined ? null : percent(found.options.power, 0));
}

function notEnough(found: ExperimentResults, primary: Metric): string {
  if (primary.missing.length === 0) return words.nothing(found.control, primary.label);
  const days = primary.missing.map((each) => each.days_more);
  const known = days.filter((each) => each !== null);
  return words.notEnough(primary.missing.map((each) => each.sentence), known.length === days.length ? Math.max(...known) : null);
}

/** Write a lift with its interval at any look: relative where that is known, else in the metric's own unit. */
function effectOf(found: ExperimentResults, { label, unit }: Metric, lift: Lift): string {
  const { relative_low, relative_high, low, high, corrected_p } = lift.sequential;
  const isRelative = lift.relative !== null && relative_low !== null && relative_high !== null;
  const write = (value: number | null): string => (unit === "minor" ? money(value, found.currency, { isSigned: true }) : change(value, 2));
  const [value, from, to] = isRelative ? [change(lift.relative), change(relative_low), change(relative_high)] : [write(lift.absolute), write(low), write(high)];
  const confidence = found.options?.confidence;
  return words.effect(label, value, confidence === undefined ? null : percent(confidence, 0), from, to, smallP(corrected_p));
}

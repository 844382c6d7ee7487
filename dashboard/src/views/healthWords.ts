/** What drift, rules of rows and rules of quality say, in the page's words. */
import { texts } from "../texts/index.ts";
import { at, word } from "../texts/words.ts";
import type { Breach, Drift, DriftedColumn, DriftedPart, DriftMeasure, Status, UploadReport } from "../types.ts";
import { driftedName, driftRows, PARTS } from "./health.ts";
import { asSentence, said, written } from "./said.ts";

const words = texts.said;
/** What the API calls bins that hold no values of the shop. */
const [BELOW, ABOVE, RARE, UNSEEN] = ["below all of the reference", "above all of the reference", "(rarer ones)", "(not in the reference)"];

/** Say what a measure of drift amounts to. */
export function measureSays(found: DriftMeasure): string {
  const { measure, verdict, value, threshold, p, of = "" } = found;
  if (verdict === "not enough data") {
    const why = said(found.why_code, found.why_values, null);
    return why === null ? asSentence(found.says) : words.drift.tooFew(why);
  }
  const name = at<(of: string) => string>(words.drift.measures, measure)?.(of);
  if (name === undefined || value === undefined || threshold === undefined) return asSentence(found.says);
  if (measure === "decay") return (verdict === "drift" ? words.drift.decayed : words.drift.held)(name, value, threshold);
  if (value < threshold) return words.drift.below(name, value, threshold);
  return (verdict === "ok" && p !== undefined ? words.drift.byChance : words.drift.reaches)(name, value, threshold);
}

/** Put a report of drift into the page's words; `reasons` is what moved, the most severe first. */
export function driftInOurWords(found: Drift): Drift {
  const told = {
    ...found,
    features: found.features.map(columnInWords),
    raw: found.raw.map(columnInWords),
    ...(Object.fromEntries(PARTS.map((part) => [part, inWords(found[part])])) as Pick<Drift, (typeof PARTS)[number]>),
  };
  const rows = driftRows({ ...told, features: told.features.filter(isInVerdict), raw: told.raw.filter(isInVerdict) });
  const moved = rows.filter(({ verdict }) => verdict === "warn" || verdict === "drift");
  return { ...told, reasons: moved.slice(0, found.reasons.length).map((row) => words.drift.moved(driftedName(row), row.says)) };
}

function isInVerdict(column: DriftedColumn): boolean {
  return column.in_verdict !== false;
}

function inWords<Part extends DriftedPart>(part: Part): Part {
  return { ...part, measures: part.measures.map((each) => ({ ...each, says: measureSays(each) })) };
}

function columnInWords(column: DriftedColumn): DriftedColumn {
  const { bins } = column;
  return bins === undefined ? inWords(column) : { ...inWords(column), bins: bins.map((each) => ({ ...each, bin: binLabel(each.bin, column.kind) })) };
}

/** Return what a bin is called: of numbers by its edges; of categories, which the shop names, all but the last two. */
export function binLabel(bin: string, kind: DriftedColumn["kind"]): string {
  const { bins } = words.drift;
  const known: Record<string, string> = kind === "number" ? { [BELOW]: bins.below, [ABOVE]: bins.above } : { [RARE]: bins.rare, [UNSEEN]: bins.unseen };
  if (known[bin] !== undefined || kind !== "number") return known[bin] ?? bin;
  const [, most] = /^up to (\S+)$/.exec(bin) ?? [];
  const [, low, high] = /^above (\S+)(?: to (\S+))?$/.exec(bin) ?? [];
  if (most !== undefined) return bins.upTo(most);
  return low === undefined ? bin : high === undefined ? bins.over(low) : bins.between(low, high);
}

/** Say why a rule refuses rows. */
export function rowRuleSays(table: string, rule: string, otherwise: string): string {
  const whole = at(words.rows.whole, rule);
  if (whole !== undefined) return whole;
  const found = Object.entries<(column: string, table: string) => string>(words.rows.ofColumn).find(([ending]) => rule.endsWith(`-${ending}`));
  if (found === undefined) return asSentence(otherwise);
  const [ending, says] = found;
  return says(rule.slice(0, -ending.length - 1).replaceAll("-", " "), table);
}

/** Say what breaks a rule of quality, by how much, and what to do. */
export function breachSays({ measure = "", column = "", value, limit, says }: Pick<Breach, "measure" | "column" | "value" | "limit" | "says">): string {
  const sentence = at(words.quality.measures, measure);
  return (sentence && written(sentence, { value, limit, column: column || undefined })) ?? asSentence(says);
}

export function uploadInOurWords(report: UploadReport): UploadReport {
  const refused_by_rule = report.refused_by_rule.map((each) => ({ ...each, says: rowRuleSays(report.table ?? "", each.rule, each.says) }));
  return { ...report, refused_by_rule };
}

export function breachesInOurWords(found: Status): Status {
  return { ...found, breaches: found.breaches.map((each) => ({ ...each, says: breachSays(each), severity: word(texts.health.severities, each.severity) })) };
}

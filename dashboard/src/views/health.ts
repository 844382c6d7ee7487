/** What the page of health computes from reports of uploads, of drift and of runs. */
import type { Row } from "../panel/table.ts";
import { texts } from "../texts/index.ts";
import type { Drift, DriftedColumn, DriftedPart, DriftMeasure, RunOf, UploadReport, Verdict } from "../types.ts";

export interface Refused {
  table: string;
  rule: string;
  says: string;
  rows: number;
  /** Files that had such rows. */
  files: number;
}

/** Add up refused rows by table and rule, the most first. */
export function refusedByRule(reports: readonly UploadReport[]): Refused[] {
  const found = new Map<string, Refused>();
  for (const report of reports) {
    for (const { rule, rows, says } of report.refused_by_rule) {
      const table = report.table ?? "";
      const before = found.get(`${table}\n${rule}`) ?? { table, rule, says, rows: 0, files: 0 };
      found.set(`${table}\n${rule}`, { ...before, rows: before.rows + rows, files: before.files + 1 });
    }
  }
  return [...found.values()].toSorted((a, b) => b.rows - a.rows);
}

/** Return the name of a file without its folders. */
export function fileOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

export const PARTS = ["segments", "catalogue", "diversity", "decay"] as const;
export type Part = "features" | "raw" | (typeof PARTS)[number];

export interface Drifted {
  part: Part;
  /** The column; "" of a part that is judged as a whole. */
  column: string;
  verdict: Verdict;
  says: string;
  value: number | null;
  threshold: number | null;
  /** Value by threshold: 1 is on it. */
  times: number | null;
}

/** Return everything that was judged, what drifts most first. */
export function driftRows(found: Drift): Drifted[] {
  const columns = (["features", "raw"] as const).flatMap((part) => found[part].map((column) => ({ severity: column.severity, row: judged(part, column.column, column) })));
  const wholes = PARTS.map((part) => ({ severity: found[part].severity, row: judged(part, "", found[part]) }));
  return [...columns, ...wholes].toSorted((a, b) => b.severity - a.severity).map(({ row }) => row);
}

/** Return the name of what was judged: of a column its own, which is the shop's. */
export function driftedName({ part, column }: Pick<Drifted, "part" | "column">): string {
  return column || texts.health.parts[part];
}

function judged(part: Part, column: string, { verdict, measures }: DriftedPart): Drifted {
  const worst: DriftMeasure | undefined = measures[0];
  const [value, threshold] = [worst?.value ?? null, worst?.threshold ?? null];
  return { part, column, verdict, says: worst?.says ?? "", value, threshold, times: value !== null && threshold !== null && threshold > 0 ? value / threshold : null };
}

/** Return the columns that can be drawn bin by bin, what drifts most first. */
export function binnedColumns(found: Drift): DriftedColumn[] {
  return [...found.features, ...found.raw].filter((column) => (column.bins ?? []).length > 0).toSorted((a, b) => b.severity - a.severity);
}

/** A version of a model as the table has it. */
export interface VersionRow extends Row {
  model: string;
  version: string;
  reason: string;
}

/** Let a sentence that a run says of several of its models stand with the first of them; the others name that one. */
export function reasonsOnce(rows: readonly VersionRow[]): VersionRow[] {
  const first = new Map<string, string>();
  return rows.map((row) => {
    const key = `${row.version}\n${row.reason}`;
    const before = first.get(key);
    if (before !== undefined && row.reason !== "") return { ...row, reason: texts.health.asFor(before) };
    first.set(key, row.model);
    return row;
  });
}

/** Return why a run came out as it did; of one that nothing could carry, which failed of it, why that. */
export function whyOf(run: RunOf): string | null {
  return (run.engine === "too_large" && run.engine_reason) || run.cause || run.reason || null;
}

/** Return the runs of all machines, the newest first. */
export function newestRuns(runs: Record<string, readonly RunOf[]>): (RunOf & { machine: string })[] {
  return Object.entries(runs)
    .flatMap(([machine, listed]) => listed.map((run) => ({ ...run, machine })))
    .toSorted((a, b) => b.began.localeCompare(a.began));
}

/** What came in on the chosen days: uploads, and their refused rows. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars } from "../../chart/options.ts";
import { type Days, isDated, useFilters } from "../../filters.ts";
import { number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Table } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import type { UploadReport, UploadReports } from "../../types.ts";
import { usePages } from "../shared/usePages.tsx";
import { sentences } from "../shared/sentences.ts";
import { fileOf, type Refused, refusedByRule } from "../../views/health.ts";
import { uploadInOurWords } from "../../views/healthWords.ts";

const words = texts.health;
const PAGE_ROWS = 50;
const MOST_EXPORTED = 1000;
const MOST_BARS = 15;
const FATES = ["kept", "refused", "repeated", "superseded"] as const;

/** Ask for a page of reports; of chosen days the API may give an empty one and go on, which nobody needs to see. */
async function load(days: Days, cursor?: string): Promise<UploadReports> {
  const page = await api().get<UploadReports>("/ingest/reports", { limit: PAGE_ROWS, ...days, cursor });
  if (page.reports.length === 0 && page.next_cursor !== null) return load(days, page.next_cursor);
  return { ...page, reports: page.reports.map(uploadInOurWords) };
}

const walk = (days: Days, most: number): Promise<{ rows: UploadReport[]; isCut: boolean }> =>
  api().walk<UploadReports, UploadReport>("/ingest/reports", { limit: PAGE_ROWS, ...days }, (page) => page.reports.map(uploadInOurWords), most);

export function UploadsPanel(): VNode {
  const { start, end } = useFilters();
  const pages = usePages(`uploads ${start ?? ""} ${end ?? ""}`, words);
  return (
    <Panel
      title={words.uploads}
      definition={words.uploadsDefinition}
      unit={words.rowsUnit}
      load={async () => pages.noted(await load({ start, end }, pages.cursor))}
      deps={[pages.cursor, start, end]}
      isEmpty={(found) => found.reports.length === 0}
      emptyHelp={isDated({ start, end }) ? words.noUploadsThen : words.noUploads}
      height={360}
      controls={pages.controls}
      chart={(found) => {
        const shown = found.reports.slice(0, MOST_BARS);
        return bars({
          names: shown.map((report) => fileOf(report.key)),
          series: FATES.map((fate) => ({ name: words[fate], values: shown.map((report) => report[fate]), stack: "rows" })),
          format: texts.table.rows,
          axisFormat: (value) => number(value),
          isHorizontal: true,
        });
      }}
      rows={(found) => tableOf(found.reports)}
      allRows={async () => tableOf((await walk({ start, end }, MOST_EXPORTED)).rows)}
      note={(found) => {
        const unread = found.reports.filter((report) => report.state === "unreadable").map((report) => fileOf(report.key));
        return sentences(
          found.reports.length > MOST_BARS ? texts.sales.chartShows(MOST_BARS, found.reports.length) : null,
          pages.number > 0 || found.next_cursor !== null ? words.mostSaved(MOST_EXPORTED) : null,
          unread.length > 0 ? words.unread(unread.join(", ")) : null,
        );
      }}
      csvName="uploads"
    />
  );
}

function tableOf(reports: readonly UploadReport[]): Table {
  return {
    columns: [
      { key: "key", label: words.file, kind: "text" },
      { key: "table", label: words.table, kind: "text" },
      { key: "state", label: words.state },
      { key: "at", label: words.at, kind: "instant" },
      { key: "read", label: words.rowsRead, kind: "number" },
      ...FATES.map((fate) => ({ key: fate, label: words[fate], kind: "number" as const })),
      { key: "rules", label: words.rule },
      { key: "doubts", label: words.doubts },
      { key: "problem", label: words.problem },
    ],
    rows: reports.map((report) => ({
      key: report.key,
      table: report.table,
      state: words.states[report.state],
      at: report.at,
      read: report.read,
      ...Object.fromEntries(FATES.map((fate) => [fate, report[fate]])),
      rules: report.refused_by_rule.map(({ rule, rows }) => `${rule}: ${number(rows)}`).join("; ") || null,
      doubts: report.doubts.join(" ") || null,
      problem: report.problem,
    })),
  };
}

interface Refusals {
  refused: Refused[];
  /** Of how many uploads. */
  uploads: number;
  /** Whether there are older ones. */
  isCut: boolean;
}

/** Add up the newest uploads, or all of the chosen days. */
async function refusals(days: Days): Promise<Refusals> {
  const { rows, isCut } = await walk(days, isDated(days) ? MOST_EXPORTED : PAGE_ROWS);
  return { refused: refusedByRule(rows), uploads: rows.length, isCut };
}

export function RefusedPanel(): VNode {
  const { start, end } = useFilters();
  return (
    <Panel
      title={words.refusedRows}
      definition={words.refusedRowsDefinition}
      unit={words.rowsUnit}
      load={() => refusals({ start, end })}
      deps={[start, end]}
      isEmpty={(found) => found.refused.length === 0}
      emptyHelp={isDated({ start, end }) ? words.nothingRefusedThen : words.nothingRefused}
      chart={(found) => {
        const refused = found.refused.slice(0, MOST_BARS);
        return bars({ names: refused.map(({ table, rule }) => `${table}: ${rule}`), series: [{ name: words.rowsOf, values: refused.map(({ rows }) => rows) }], format: texts.table.rows, axisFormat: (value) => number(value), isHorizontal: true });
      }}
      rows={(found) => ({
        columns: [
          { key: "table", label: words.table, kind: "text" },
          { key: "rule", label: words.rule },
          { key: "rows", label: words.rowsOf, definition: words.rowsDefinition, kind: "number" },
          { key: "files", label: words.uploads, definition: words.filesDefinition, kind: "number" },
          { key: "says", label: words.says },
        ],
        rows: found.refused.map((refused) => ({ ...refused })),
      })}
      note={({ refused, uploads, isCut }) => sentences(isCut ? words.ofNewest(uploads) : null, refused.length > MOST_BARS ? texts.sales.chartShows(MOST_BARS, refused.length) : null)}
      csvName="refused-rows"
    />
  );
}

/** What came in: uploads, refused rows, breaches of quality. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars } from "../../chart/options.ts";
import { number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Table } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import type { UploadReport, UploadReports } from "../../types.ts";
import { usePages } from "../shared/usePages.tsx";
import { sentences } from "../shared/sentences.ts";
import { fileOf, refusedByRule } from "../../views/health.ts";

const words = texts.health;
const PAGE_ROWS = 50;
const MOST_EXPORTED = 1000;
const MOST_BARS = 15;
const FATES = ["kept", "refused", "repeated", "superseded"] as const;

const load = (cursor?: string): Promise<UploadReports> => api().get<UploadReports>("/ingest/reports", { limit: PAGE_ROWS, cursor });

export function UploadsPanel(): VNode {
  const pages = usePages("uploads", words);
  return (
    <Panel
      title={words.uploads}
      definition={words.uploadsDefinition}
      unit={words.rowsOf}
      load={async () => pages.noted(await load(pages.cursor))}
      deps={[pages.cursor]}
      isEmpty={(found) => found.reports.length === 0}
      emptyHelp={words.noUploads}
      height={360}
      controls={pages.controls}
      chart={(found) => {
        const shown = found.reports.slice(0, MOST_BARS);
        return bars({
          names: shown.map((report) => fileOf(report.key)),
          series: FATES.map((fate) => ({ name: words[fate], values: shown.map((report) => report[fate]), stack: "rows" })),
          format: (value) => number(value),
          isHorizontal: true,
        });
      }}
      rows={(found) => tableOf(found.reports)}
      allRows={async () => tableOf(await api().all<UploadReports, UploadReport>("/ingest/reports", { limit: PAGE_ROWS }, (page) => page.reports, MOST_EXPORTED))}
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

export function RefusedPanel(): VNode {
  return (
    <Panel
      size="half"
      title={words.refusedRows}
      definition={words.refusedRowsDefinition}
      load={() => load()}
      deps={[]}
      isEmpty={(found) => refusedByRule(found.reports).length === 0}
      emptyHelp={words.nothingRefused}
      chart={(found) => {
        const refused = refusedByRule(found.reports).slice(0, MOST_BARS);
        return bars({ names: refused.map(({ table, rule }) => `${table}: ${rule}`), series: [{ name: words.rowsOf, values: refused.map(({ rows }) => rows) }], format: (value) => number(value), isHorizontal: true });
      }}
      rows={(found) => ({
        columns: [
          { key: "table", label: words.table, kind: "text" },
          { key: "rule", label: words.rule },
          { key: "rows", label: words.rowsOf, kind: "number" },
          { key: "files", label: words.uploads, kind: "number" },
          { key: "says", label: words.says },
        ],
        rows: refusedByRule(found.reports).map((refused) => ({ ...refused })),
      })}
      note={(found) => {
        const rules = refusedByRule(found.reports).length;
        return sentences(found.next_cursor === null ? null : words.ofNewest(found.reports.length), rules > MOST_BARS ? texts.sales.chartShows(MOST_BARS, rules) : null);
      }}
      csvName="refused-rows"
    />
  );
}

export function QualityPanel(): VNode {
  return (
    <Panel
      size="half"
      title={words.quality}
      definition={words.qualityDefinition}
      load={() => api().status()}
      deps={[]}
      isEmpty={(found) => found.breaches.length === 0}
      emptyHelp={words.noBreaches}
      rows={(found) => ({
        columns: [
          { key: "table", label: words.table, kind: "text" },
          { key: "rule", label: words.rule },
          { key: "severity", label: words.severity },
          { key: "says", label: words.says },
          { key: "object", label: words.file, kind: "text" },
          { key: "measured_at", label: words.at, kind: "instant" },
        ],
        rows: found.breaches.map(({ table, rule, severity, says, object, measured_at }) => ({ table, rule, severity, says, object, measured_at })),
      })}
      csvName="quality-breaches"
    />
  );
}

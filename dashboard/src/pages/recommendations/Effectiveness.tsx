import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars, trend } from "../../chart/options.ts";
import { useFilters } from "../../filters.ts";
import { day, money, number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Column, Table } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import { Figure as FigureBox } from "../../ui/Figure.tsx";
import { notYet } from "../shared/notYet.ts";
import { isSimulated } from "../shared/simulated.ts";
import type { Counted, Dimension, Effectiveness } from "../../types.ts";
import { earnedNote, effectivenessInOurWords, type Figure, figureUnit, FIGURES, funnelSteps, KIND, nameOf, whyNot, writeFigure } from "../../views/recommendations.ts";

const words = texts.recommendations;

/** The report of the chosen days by one dimension. */
function useReport(by: Dimension): { load: () => Promise<Effectiveness>; deps: readonly unknown[] } {
  const { start, end } = useFilters();
  return { load: async () => effectivenessInOurWords(await notYet(api().effectiveness(by, { start, end }))), deps: [by, start, end] };
}

const DEFINITIONS: Record<Figure, string> = {
  ctr: words.ctrDefinition,
  conversion: words.conversionDefinition,
  impressions: words.impressionsDefinition,
  clicks: words.clicksDefinition,
  carts: words.cartsDefinition,
  purchases: words.purchasesDefinition,
  revenue_minor: words.revenueDefinition,
};

const COLUMNS: Column[] = FIGURES.map((figure) => ({ key: figure, label: words.figures[figure], definition: DEFINITIONS[figure], kind: KIND[figure], ...(KIND[figure] === "percent" ? { digits: 2 } : {}) }));

function cellsOf(row: Counted): Record<Figure, number | null> {
  return Object.fromEntries(FIGURES.map((figure) => [figure, row[figure]])) as Record<Figure, number | null>;
}

export function Earned(): VNode {
  const asked = useReport("model");
  return (
    <Panel
      title={words.earned}
      definition={words.earnedDefinition}
      {...asked}
      enough={(report) => whyNot(report, "impressions")}
      isSimulated={isSimulated}
      height={120}
      render={({ totals, shop, currency }) => (
        <div class="figures">
          <FigureBox label={words.figures.impressions} definition={words.impressionsDefinition} value={number(totals.impressions)} />
          <FigureBox label={words.figures.clicks} definition={words.clicksDefinition} value={number(totals.clicks)} />
          <FigureBox label={words.figures.ctr} definition={words.ctrDefinition} value={percent(totals.ctr, 2)} />
          <FigureBox label={words.figures.carts} definition={words.cartsDefinition} value={number(totals.carts)} />
          <FigureBox label={words.figures.purchases} definition={words.purchasesDefinition} value={number(totals.purchases)} />
          <FigureBox label={words.figures.conversion} definition={words.conversionDefinition} value={percent(totals.conversion, 2)} />
          <FigureBox label={words.figures.revenue_minor} definition={words.revenueDefinition} value={money(totals.revenue_minor, currency, { isCompact: true })} />
          <FigureBox label={words.attributed} definition={words.attributedDefinition} value={percent(shop.attributed_share, 2)} />
        </div>
      )}
      rows={({ totals, shop }) => ({
        columns: [...COLUMNS, { key: "attributed_share", label: words.attributed, definition: words.attributedDefinition, kind: "percent", digits: 2 }],
        rows: [{ ...cellsOf(totals), attributed_share: shop.attributed_share }],
      })}
      note={earnedNote}
      csvName="recommendations-earned"
    />
  );
}

export function FunnelPanel(): VNode {
  const asked = useReport("model");
  return (
    <Panel
      size="half"
      title={words.funnel}
      definition={words.funnelDefinition}
      unit={words.products}
      {...asked}
      enough={(report) => whyNot(report, "impressions")}
      isSimulated={isSimulated}
      chart={(report) => {
        const steps = funnelSteps(report.totals);
        return bars({ names: steps.map((step) => step.name), series: [{ name: words.count, values: steps.map((step) => step.value) }], format: words.countOf, axisFormat: (value) => number(value), isHorizontal: true });
      }}
      rows={(report) => ({
        columns: [
          { key: "name", label: words.step },
          { key: "value", label: words.count, definition: words.funnelDefinition, kind: "number" },
          { key: "share", label: words.ofShown, definition: words.ofShownDefinition, kind: "percent", digits: 2 },
        ],
        rows: funnelSteps(report.totals),
      })}
      csvName="recommendations-funnel"
    />
  );
}

export interface ByProps {
  by: Dimension;
  figure: Figure;
  title: string;
  definition: string;
  size?: "full" | "half";
  controls?: VNode;
}

const MOST_BARS = 20;

export function By({ by, figure, title, definition, size = "half", controls }: ByProps): VNode {
  const asked = useReport(by);
  return (
    <Panel
      size={size}
      title={title}
      definition={definition}
      unit={(report) => figureUnit(figure, report.currency)}
      shows={[figure]}
      load={asked.load}
      deps={[...asked.deps, figure]}
      enough={(report) => whyNot(report, figure)}
      isEmpty={(report) => report.rows.length === 0}
      isSimulated={isSimulated}
      controls={controls}
      chart={(report) => {
        const [format, axisFormat] = [writeFigure(figure, report.currency), writeFigure(figure, report.currency, true)];
        if (by === "day") {
          return trend({ x: report.rows.map((row) => day(String(row["day"]))), series: [{ name: words.figures[figure], values: report.rows.map((row) => row[figure]) }], format, axisFormat });
        }
        const shown = report.rows.slice(0, MOST_BARS);
        return bars({ names: shown.map((row) => nameOf(by, row[by])), series: [{ name: words.figures[figure], values: shown.map((row) => row[figure]) }], format, axisFormat, isHorizontal: true });
      }}
      rows={(report) => tableBy(report, by)}
      note={(report) => (by !== "day" && report.rows.length > MOST_BARS ? texts.sales.chartShows(MOST_BARS, report.rows.length) : null)}
      csvName={`recommendations-by-${by}`}
    />
  );
}

function tableBy(report: Effectiveness, by: Dimension): Table {
  return {
    columns: [{ key: "by", label: words.dimensions[by], kind: by === "day" ? "day" : "text" }, ...COLUMNS],
    rows: report.rows.map((row) => ({ by: by === "day" ? String(row["day"]) : nameOf(by, row[by]), ...cellsOf(row) })),
  };
}

export function Versions(): VNode {
  const asked = useReport("model");
  return (
    <Panel
      title={words.versions}
      definition={words.versionsDefinition}
      {...asked}
      enough={(report) => whyNot(report, "impressions")}
      isEmpty={(report) => (report.versions ?? []).length === 0}
      isSimulated={isSimulated}
      rows={(report) => ({
        columns: [
          { key: "model", label: words.model, kind: "text" },
          { key: "generation", label: words.generation, kind: "text" },
          { key: "ndcg", label: words.offlineNdcg, kind: "number", digits: 4 },
          { key: "recall", label: words.offlineRecall, kind: "number", digits: 4, isInFileOnly: true },
          { key: "hit_rate", label: words.offlineHit, kind: "number", digits: 4, isInFileOnly: true },
          ...COLUMNS.map((column) => (column.key === "carts" ? { ...column, isInFileOnly: true } : column)),
        ],
        rows: (report.versions ?? []).map((version) => ({
          model: nameOf("model", version.model),
          generation: version.generation,
          ndcg: version.offline?.["ndcg_at_10"]?.value ?? null,
          recall: version.offline?.["recall_at_10"]?.value ?? null,
          hit_rate: version.offline?.["hit_rate_at_10"]?.value ?? null,
          ...cellsOf(version),
        })),
      })}
      csvName="recommendations-versions"
    />
  );
}

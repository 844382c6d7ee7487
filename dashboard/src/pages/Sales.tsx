import type { VNode } from "preact";
import { trend } from "../chart/options.ts";
import { type Days, type Grain, setParams, useChoice, useFilters } from "../filters.ts";
import { day, money, number, period } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Column, Row } from "../panel/table.ts";
import { usePlace } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Sales as Answer, SalesRow } from "../types.ts";
import { Figure } from "../ui/Figure.tsx";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { type Changes, chosenIn, finer, KINDS, lastDayIn, notNarrowedTo, partRunning } from "../views/sales.ts";
import { wholeSales } from "./sales/answers.ts";
import { Breakdown } from "./sales/Breakdown.tsx";
import { COMPONENTS, formatsOf, isMoney, numberOf } from "./sales/columns.ts";
import { Leave, OneValue } from "./sales/OneValue.tsx";
import { linkTo, Trail } from "./sales/Trail.tsx";
import { sentences } from "./shared/sentences.ts";

const words = texts.sales;
const GRAINS: readonly Grain[] = ["month", "day", "week", "quarter", "year"];
const MEASURES = ["net_minor", "orders", "aov_minor", "customers", "new_customers", "returning_customers"] as const;

export default function Sales(): VNode {
  const { start, end, grain = "month" } = useFilters();
  const chosen = chosenIn(usePlace().query);
  const category = chosen.find(({ kind }) => kind === "category");
  const besides = notNarrowedTo(chosen);
  return (
    <Page title={texts.pages.sales} intro={words.intro} hasDates grains={GRAINS}>
      <Trail />
      {chosen.map((each) => (
        <OneValue key={each.kind} chosen={each} start={start} end={end} grain={grain} />
      ))}
      <Totals start={start} end={end} grain={grain} besides={besides} />
      <ByPeriod start={start} end={end} grain={grain} besides={besides} />
      {KINDS.map((kind) => (
        <Breakdown
          key={kind}
          of={kind}
          size={kind === "product" ? "full" : "half"}
          start={start}
          end={end}
          besides={besides}
          {...(kind === "product" && category && { category: category.value, controls: <Leave chosen={category} /> })}
        />
      ))}
    </Page>
  );
}

interface Asked extends Days {
  grain: Grain;
  /** What the page is narrowed to, and these figures are not. */
  besides: string | null;
}

function Totals({ start, end, grain, besides }: Asked): VNode {
  return (
    <Panel
      title={words.totals}
      definition={words.totalsDefinition}
      load={() => wholeSales({ by: "period", grain, start, end })}
      deps={[start, end, grain]}
      isEmpty={(found) => found.rows.length === 0}
      height={130}
      render={({ totals, currency }) => (
        <div class="figures">
          <Figure label={words.measures.net_minor} definition={words.definitions.net_minor} value={money(totals.net_minor, currency)} />
          <Figure label={words.measures.orders} definition={words.definitions.orders} value={number(totals.orders)} />
          <Figure label={words.measures.aov_minor} definition={words.definitions.aov_minor} value={money(totals.aov_minor, currency)} />
          {COMPONENTS.map((name) => (
            <Figure key={name} label={words.components[name]} definition={words.componentDefinitions[name]} value={money(numberOf(totals[name]), currency)} />
          ))}
        </div>
      )}
      rows={({ totals }) => ({
        columns: [
          { key: "net_minor", label: words.measures.net_minor, kind: "money" },
          { key: "orders", label: words.measures.orders },
          { key: "aov_minor", label: words.measures.aov_minor, kind: "money" },
          ...COMPONENTS.map((key): Column => ({ key, label: words.components[key], kind: "money" })),
        ],
        rows: [Object.fromEntries(["net_minor", "orders", "aov_minor", ...COMPONENTS].map((key) => [key, numberOf(totals[key])]))],
      })}
      note={(found) => sentences(besides && words.ofAll(besides), coverOf(found))}
      csvName="sales-totals"
    />
  );
}

function coverOf({ covers }: Answer): string | null {
  return covers.start && covers.end ? words.covers(day(covers.start), day(covers.end)) : null;
}

function ByPeriod({ start, end, grain, besides }: Asked): VNode {
  const [measure, setMeasure] = useChoice("measure", MEASURES);
  const next = finer(grain);
  const into = (row: Row | SalesRow | undefined): Changes | null =>
    next === null || typeof row?.["begins"] !== "string" ? null : { start: row["begins"], end: lastDayIn(row["begins"], grain), grain: next };
  return (
    <Panel
      title={words.byPeriod}
      definition={`${words.definitions[measure]} ${words.byPeriodDefinition}`}
      unit={(found) => words.units[measure](found.currency)}
      shows={[measure]}
      load={() => wholeSales({ by: "period", grain, start, end })}
      deps={[start, end, grain, measure]}
      enough={(found) => (found.rows.length > 0 && found.rows.every((row) => numberOf(row[measure]) === null) ? { headline: texts.panel.notOfLength, why: words.countedOnce } : null)}
      isEmpty={(found) => found.rows.length === 0}
      controls={<Select label={words.measure} name="measure" value={measure} options={MEASURES.map((value) => ({ value, label: words.measures[value] }))} onChange={setMeasure} />}
      chart={(found) => {
        const { whole, running, hasRunning } = partRunning(found.rows, (row) => numberOf(row[measure]));
        return trend({
          x: found.rows.map((row) => period(row.begins ?? "", grain)),
          series: [
            { name: words.measures[measure], values: whole, type: "bar", stack: "all" },
            ...(hasRunning ? [{ name: words.running, values: running, type: "bar" as const, stack: "all" }] : []),
          ],
          ...formatsOf(measure, found.currency),
        });
      }}
      onPick={(picked, found) => {
        const to = into(found.rows[picked.dataIndex]);
        if (to) setParams(to, { replace: false });
      }}
      rows={(found) => ({
        columns: [
          { key: "period", label: texts.filters.grain, href: (row) => { const to = into(row); return to && linkTo(to); } },
          { key: "begins", label: words.begins, kind: "day" },
          { key: "is_running", label: words.running },
          ...MEASURES.map((key): Column => ({ key, label: words.measures[key], kind: isMoney(key) ? "money" : "number" })),
          ...COMPONENTS.map((key): Column => ({ key, label: words.components[key], kind: "money" })),
        ],
        rows: found.rows.map((row) => ({
          period: period(row.begins ?? "", grain),
          begins: row.begins,
          is_running: row.is_running ?? false,
          ...Object.fromEntries([...MEASURES, ...COMPONENTS].map((key) => [key, numberOf(row[key])])),
        })),
      })}
      note={(found) => sentences(besides && words.ofAll(besides), coverOf(found), next === null ? null : words.intoPeriod)}
      csvName={`sales-by-${grain}`}
    />
  );
}

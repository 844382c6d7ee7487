import type { VNode } from "preact";
import { api } from "../api.ts";
import { bars, trend } from "../chart/options.ts";
import { useChoice, useFilters } from "../filters.ts";
import { day, money, number, period } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import { currencyOf } from "../panel/unit.ts";
import { href, navigate, pathOf } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { ChangeRow, Overview as Answer, TopRow, TrendRow } from "../types.ts";
import { Figure } from "../ui/Figure.tsx";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { changeSentence, figureRows, keptNote, marksOn, namesIn } from "../views/overview.ts";
import { notYet } from "./shared/notYet.ts";
import { useAnswer } from "./shared/useAnswer.ts";

const words = texts.overview;
const GRAINS = ["auto", "day", "week", "month"] as const;

interface Asked {
  load: () => Promise<Answer>;
  deps: readonly unknown[];
}

export default function Overview(): VNode {
  const { start, end } = useFilters();
  const [grain, setGrain] = useChoice("grain", GRAINS);
  const asked: Asked = {
    load: () => notYet(api().get<Answer>("/analytics/overview", { start, end, grain: grain === "auto" ? undefined : grain })),
    deps: [start, end, grain],
  };
  const answer = useAnswer(asked.load, asked.deps);
  return (
    <Page
      title={texts.pages.overview}
      intro={words.intro}
      hasDates
      says={words.lastDays}
      span={answer?.period}
      filters={
        <Select
          label={texts.filters.grain}
          name="grain"
          value={grain}
          options={GRAINS.map((value) => ({ value, label: value === "auto" ? words.grainAuto : texts.filters.grains[value] }))}
          onChange={setGrain}
        />
      }
    >
      <Figures {...asked} />
      <Trend {...asked} />
      <Changes {...asked} />
      <Top {...asked} of="products" />
      <Top {...asked} of="categories" />
      <Top {...asked} of="countries" />
    </Page>
  );
}

const LABELS = {
  net_minor: words.net,
  orders: words.orders,
  aov_minor: words.aov,
  customers: words.customers,
  new_customers: words.newCustomers,
  returning_customers: words.returning,
};

function Figures(asked: Asked): VNode {
  return (
    <Panel
      {...asked}
      title={words.figures}
      definition={words.figuresDefinition}
      height={130}
      render={(found) => {
        const amount = (value: number | null): string => money(value, found.currency);
        const count = (value: number | null): string => number(value);
        const figure = (key: keyof typeof LABELS, definition: string, write: (value: number | null) => string): VNode => (
          <Figure label={LABELS[key]} definition={definition} value={write(found[key].value)} change={found[key].change} previous={found[key].previous === null ? undefined : write(found[key].previous)} />
        );
        return (
          <div class="figures">
            {figure("net_minor", words.netDefinition, amount)}
            {figure("orders", words.ordersDefinition, count)}
            {figure("aov_minor", words.aovDefinition, amount)}
            {figure("customers", words.customersDefinition, count)}
            {figure("new_customers", words.newCustomersDefinition, count)}
            {figure("returning_customers", words.returningDefinition, count)}
          </div>
        );
      }}
      rows={(found) => ({
        columns: [
          { key: "figure", label: words.figure },
          { key: "unit", label: words.unit },
          { key: "value", label: words.value, definition: words.valueDefinition, kind: "number", isInRowsUnit: true },
          { key: "previous", label: words.previous, definition: words.previousDefinition, kind: "number", isInRowsUnit: true },
          { key: "change", label: words.change, kind: "percent" },
        ],
        rows: figureRows(found, LABELS),
      })}
      note={(found) => {
        const span = ({ start, end }: { start: string; end: string }): string => words.span(day(start), day(end));
        const spans = `${words.spans(span(found.period), found.previous && span(found.previous))}.`;
        return found.previous_reason === null ? spans : `${spans} ${words.noBefore(found.previous_reason)}`;
      }}
      csvName="overview"
    />
  );
}

function Trend(asked: Asked): VNode {
  const nameOf = (found: Answer) => (row: TrendRow) => period(row.begins, found.grain);
  return (
    <Panel
      {...asked}
      title={words.trend}
      definition={words.trendDefinition}
      unit={currencyOf}
      isEmpty={(found) => found.trend.length === 0}
      chart={(found) => {
        const before = found.previous === null ? [] : [{ name: words.before, values: found.trend.map((row) => row.previous_net_minor), isDashed: true }];
        return trend({
          x: found.trend.map(nameOf(found)),
          series: [{ name: words.net, values: found.trend.map((row) => row.net_minor) }, ...before],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          marks: marksOn(found.trend, found.marks, nameOf(found)),
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "period", label: texts.filters.grain },
          { key: "start", label: texts.filters.from, kind: "day" },
          { key: "end", label: texts.filters.to, kind: "day" },
          { key: "net_minor", label: words.net, kind: "money" },
          { key: "previous_net_minor", label: words.before, kind: "money" },
          { key: "orders", label: words.orders },
          { key: "aov_minor", label: words.aov, kind: "money" },
          { key: "calendar", label: words.calendar },
        ],
        rows: found.trend.map(({ begins, ...row }) => ({
          period: period(begins, found.grain),
          ...row,
          calendar: namesIn(row, found.marks).join("; "),
        })),
      })}
      csvName="net-revenue"
    />
  );
}

function linkOf({ kind, id }: Pick<ChangeRow, "kind" | "id">): string | null {
  if (id === null) return null;
  if (kind === "segment") return href(pathOf("/segments/:id", { id }));
  return kind === "country" || kind === "category" || kind === "product" ? href("/sales", { [kind]: id }) : null;
}

function Changes(asked: Asked): VNode {
  return (
    <Panel
      {...asked}
      title={words.changes}
      definition={words.changesDefinition}
      enough={(found) => (found.changes.length === 0 && found.previous_reason !== null ? words.noBefore(found.previous_reason) : null)}
      isEmpty={(found) => found.changes.length === 0}
      render={(found) => (
        <ul class="sentences">
          {found.changes.map((change) => {
            const to = linkOf(change);
            const sentence = changeSentence(change, found);
            return (
              <li key={`${change.kind} ${change.id ?? ""}`}>
                <span class="badge plain">{words.kinds[change.kind]}</span> {to === null ? sentence : <a href={to}>{sentence}</a>}
              </li>
            );
          })}
        </ul>
      )}
      rows={(found) => ({
        columns: [
          { key: "kind", label: words.kind },
          { key: "text", label: words.sentence, href: (row) => linkOf({ kind: row["key"] as ChangeRow["kind"], id: (row["id"] ?? null) as string | null }) },
          { key: "change", label: words.change, kind: "percent" },
        ],
        rows: found.changes.map((row) => ({ kind: words.kinds[row.kind], key: row.kind, id: row.id, text: changeSentence(row, found), change: row.change })),
      })}
      note={(found) => keptNote(found.kept)}
      csvName="what-changed"
    />
  );
}

const TOPS = {
  products: { title: words.topProducts, definition: words.topProductsDefinition, name: words.product, id: "product_id", to: "product" },
  categories: { title: words.topCategories, definition: words.topCategoriesDefinition, name: words.category, id: "category", to: "category" },
  countries: { title: words.topCountries, definition: words.topCountriesDefinition, name: words.country, id: "country", to: "country" },
} as const;

function Top({ of, ...asked }: Asked & { of: keyof typeof TOPS }): VNode {
  const { title, definition, name, id, to } = TOPS[of];
  const linkTo = (row: Pick<TopRow, typeof id>): string | null => (row[id] === undefined ? null : href("/sales", { [to]: row[id] }));
  return (
    <Panel
      {...asked}
      size={of === "products" ? "full" : "half"}
      title={title}
      definition={definition}
      unit={currencyOf}
      height={340}
      enough={(found) => (of === "categories" && found.kept[of]?.of === 0 ? { headline: texts.panel.empty, why: words.noCategories } : null)}
      isEmpty={(found) => found.top[of].length === 0}
      chart={(found) =>
        bars({
          names: found.top[of].map((row) => row.name),
          series: [
            { name: words.net, values: found.top[of].map((row) => row.value) },
            ...(found.previous === null ? [] : [{ name: words.before, values: found.top[of].map((row) => row.previous) }]),
          ],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          isHorizontal: true,
          namesWidth: of === "products" && matchMedia("(min-width: 1000px)").matches ? 280 : 150,
        })
      }
      onPick={(picked, found) => {
        const link = linkTo(found.top[of][picked.dataIndex] ?? {});
        if (link !== null) navigate(link);
      }}
      rows={(found) => ({
        columns: [
          { key: "name", label: name, href: (row) => linkTo({ [id]: row["id"] as string }) },
          ...(of === "products" ? [{ key: "id", label: words.productId }] : []),
          { key: "value", label: words.net, definition: words.topDefinition, kind: "money" },
          { key: "previous", label: words.before, definition: words.previousDefinition, kind: "money" },
          { key: "change", label: words.change, kind: "percent" },
        ],
        rows: found.top[of].map((row) => ({ name: row.name, id: row[id] ?? null, value: row.value, previous: row.previous, change: row.change })),
      })}
      note={(found) => {
        const kept = found.kept[of];
        return kept && kept.kept < kept.of ? words.kept(kept.kept, kept.of) : null;
      }}
      csvName={`top-${of}`}
    />
  );
}

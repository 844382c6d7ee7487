import type { VNode } from "preact";
import { api } from "../api.ts";
import { bars, trend } from "../chart/options.ts";
import { type Grain, setParams, useChoice, useFilters, useParam } from "../filters.ts";
import { day, money, number, period } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Column, Row } from "../panel/table.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Sales as Answer, SalesRow } from "../types.ts";
import { Figure } from "../ui/Figure.tsx";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { finer, lastDayIn, partRunning, type Span, wholeMonths } from "../views/sales.ts";

const words = texts.sales;
const GRAINS: readonly Grain[] = ["month", "day", "week", "quarter", "year"];
const MEASURES = ["net_minor", "orders", "aov_minor", "customers", "new_customers", "returning_customers"] as const;
const MOST_BARS = 12;

/** Ask for all pages of an answer. */
async function wholeSales(params: { by: string; grain?: string | undefined } & Span): Promise<Answer> {
  let page = await api().sales({ ...params, limit: 1000 });
  const rows = [...page.rows];
  while (page.next_cursor !== null) {
    page = await api().sales({ ...params, limit: 1000, cursor: page.next_cursor });
    rows.push(...page.rows);
  }
  return { ...page, rows };
}

const isMoney = (measure: string): boolean => measure.endsWith("_minor");
const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

export default function Sales(): VNode {
  const { start, end, grain = "month" } = useFilters();
  const [country] = useParam("country");
  const [product] = useParam("product");
  return (
    <Page title={texts.pages.sales} intro={words.intro} hasDates grains={GRAINS}>
      <Totals start={start} end={end} grain={grain} />
      <ByPeriod start={start} end={end} grain={grain} />
      {country !== "" && <OfCountry start={start} end={end} country={country} />}
      {product !== "" && <OfProduct product={product} />}
      <ByCountry start={start} end={end} />
      <ByCategory />
      <ByProduct />
      <ByChannel />
      <ByFee />
    </Page>
  );
}

interface Asked extends Span {
  grain: Grain;
}

const COMPONENTS = ["sale_minor", "cancellation_minor", "refund_minor", "fee_minor"] as const;

function Totals({ start, end, grain }: Asked): VNode {
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
      note={(found) => coverOf(found)}
      csvName="sales-totals"
    />
  );
}

function coverOf({ covers }: Answer): string | null {
  return covers.start && covers.end ? words.covers(day(covers.start), day(covers.end)) : null;
}

function ByPeriod({ start, end, grain }: Asked): VNode {
  const [measure, setMeasure] = useChoice("measure", MEASURES);
  const next = finer(grain);
  const into = (row: Row | SalesRow): Record<string, string> | null =>
    next === null || typeof row["begins"] !== "string" ? null : { start: row["begins"], end: lastDayIn(row["begins"], grain), grain: next };
  return (
    <Panel
      title={words.byPeriod}
      definition={`${words.definitions[measure]} ${words.byPeriodDefinition}`}
      load={() => wholeSales({ by: "period", grain, start, end })}
      deps={[start, end, grain, measure]}
      enough={(found) => (found.rows.length > 0 && found.rows.every((row) => numberOf(row[measure]) === null) ? words.countedOnce : null)}
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
        const to = into(found.rows[picked.dataIndex] ?? { net_minor: 0 });
        if (to) setParams(to, { replace: false });
      }}
      rows={(found) => ({
        columns: [
          { key: "period", label: texts.filters.grain, href: (row) => { const to = into(row); return to && href("/sales", { ...own(), ...to }); } },
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
      note={(found) => [coverOf(found), next === null ? null : words.intoPeriod].filter((each) => each !== null).join(" ") || null}
      csvName={`sales-by-${grain}`}
    />
  );
}

function formatsOf(measure: string, currency: string): { format: (value: number) => string; axisFormat: (value: number) => string } {
  if (!isMoney(measure)) return { format: (value) => number(value), axisFormat: (value) => number(value) };
  return { format: (value) => money(value, currency), axisFormat: (value) => money(value, currency, { isCompact: true }) };
}

interface ListProps {
  of: "country" | "category" | "product" | "channel" | "fee";
  load: () => Promise<Answer>;
  deps: readonly unknown[];
  columns: readonly Column[];
  /** Rows that the panel keeps; all without. */
  keep?: (row: SalesRow) => boolean;
  note: (found: Answer) => string | null;
  size: "full" | "half";
  /** The parameter of the query that a click sets, and to what. */
  into?: (row: SalesRow | Row) => string | null;
  empty?: string;
  controls?: VNode | false;
}

/** Sales by a value, the greatest first: bars of the first ones, all in the table. */
function List({ of, load, deps, columns, keep = () => true, note, size, into, empty, controls }: ListProps): VNode {
  const nameOf = (row: SalesRow): string => (row.is_rest ? texts.table.rest : (textOf(row[of === "product" ? "name" : of]) ?? row.product_id ?? texts.table.unknown));
  const shown = (found: Answer): SalesRow[] => found.rows.filter(keep);
  const charted = (found: Answer): SalesRow[] => shown(found).filter((row) => !row.is_rest).slice(0, MOST_BARS);
  return (
    <Panel
      title={words.by[of]}
      definition={words.byDefinition[of]}
      load={load}
      deps={deps}
      size={size}
      height={380}
      controls={controls}
      enough={(found) => (empty !== undefined && found.rows.length === 0 ? empty : null)}
      isEmpty={(found) => shown(found).length === 0}
      chart={(found) =>
        bars({
          names: charted(found).map(nameOf),
          series: [{ name: words.measures.net_minor, values: charted(found).map((row) => row.net_minor) }],
          ...formatsOf("net_minor", found.currency),
          isHorizontal: true,
        })
      }
      {...(into && {
        onPick: (picked: { dataIndex: number }, found: Answer) => {
          const row = charted(found)[picked.dataIndex];
          const value = row ? into(row) : null;
          if (value !== null) setParams({ [of]: value }, { replace: false });
        },
      })}
      rows={(found) => ({
        columns: [
          { key: "shown", label: words.names[of], ...(into && { href: (row: Row) => { const value = into(row); return value === null ? null : href("/sales", { ...own(), [of]: value }); } }) },
          ...columns,
        ],
        rows: shown(found).map((row) => ({
          shown: nameOf(row), [of]: textOf(row[of]), product_id: row.product_id ?? null, is_rest: row.is_rest ?? false,
          ...Object.fromEntries(columns.map(({ key }) => [key, numberOf(row[key]) ?? textOf(row[key])])),
        })),
      })}
      note={(found) => {
        const rows = shown(found).filter((row) => !row.is_rest).length;
        return [note(found), rows > MOST_BARS ? words.chartShows(MOST_BARS, rows) : null].filter((each) => each !== null).join(" ") || null;
      }}
      csvName={`sales-by-${of}`}
    />
  );
}

/** The choices of this page that a link within it takes along. */
function own(): Record<string, string | undefined> {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(["measure", "country", "category", "product"].map((name) => [name, query.get(name) ?? undefined]));
}

const NET: Column = { key: "net_minor", label: words.measures.net_minor, kind: "money" };
const PARTS: Column[] = (["sale_minor", "cancellation_minor", "refund_minor"] as const).map((key) => ({ key, label: words.components[key], kind: "money" }));
const FEE: Column = { key: "fee_minor", label: words.components.fee_minor, kind: "money" };
const ORDERS: Column = { key: "orders", label: words.measures.orders, kind: "number" };
const AOV: Column = { key: "aov_minor", label: words.measures.aov_minor, kind: "money" };
const CUSTOMERS: Column = { key: "customers", label: words.measures.customers, kind: "number" };
const ITEMS: Column[] = [
  { key: "items", label: words.items, kind: "number" },
  { key: "returned_items", label: words.returnedItems, kind: "number" },
];

const valueOf = (name: string) => (row: SalesRow | Row): string | null => (row.is_rest ? null : textOf(row[name]));

function ByCountry(span: Span): VNode {
  const { start, end } = wholeMonths(span);
  const isWidened = start !== span.start || end !== span.end;
  return (
    <List
      of="country"
      size="half"
      load={() => wholeSales({ by: "country", start, end })}
      deps={[start, end, isWidened]}
      columns={[NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE]}
      into={valueOf("country")}
      note={() => [words.intoCountry, isWidened ? words.wholeMonths(start ? day(start) : null, end ? day(end) : null) : null].filter((each) => each !== null).join(" ")}
    />
  );
}

function ByCategory(): VNode {
  return (
    <List
      of="category"
      size="half"
      load={() => wholeSales({ by: "category" })}
      deps={[]}
      columns={[NET, { key: "products", label: words.products, kind: "number" }, ...ITEMS, ...PARTS]}
      into={valueOf("category")}
      empty={texts.overview.noCategories}
      note={() => `${words.wholeTime} ${words.intoCategory}`}
    />
  );
}

function ByProduct(): VNode {
  const [category] = useParam("category");
  return (
    <List
      of="product"
      size="full"
      load={() => wholeSales({ by: "product" })}
      deps={[category]}
      columns={[{ key: "product_id", label: words.productId }, { key: "category", label: words.names.category }, NET, ORDERS, CUSTOMERS, ...ITEMS, ...PARTS]}
      {...(category !== "" && { keep: (row: SalesRow) => row.category === category })}
      into={valueOf("product_id")}
      controls={category !== "" && <Chosen name="category" value={category} />}
      note={(found) => [words.wholeTime, found.rows.some((row) => row.is_rest) ? words.bestProducts(found.rows.length - 1) : null, words.intoProduct].filter((each) => each !== null).join(" ")}
    />
  );
}

function ByChannel(): VNode {
  return <List of="channel" size="half" load={() => wholeSales({ by: "channel" })} deps={[]} columns={[NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE]} note={() => words.wholeTime} />;
}

function ByFee(): VNode {
  return <List of="fee" size="half" load={() => wholeSales({ by: "fee" })} deps={[]} columns={[NET, { key: "line_count", label: words.lines, kind: "number" }]} empty={words.noFees} note={() => words.wholeTime} />;
}

/** What a drill-down is narrowed to, and the way back. */
function Chosen({ name, value }: { name: "country" | "category" | "product"; value: string }): VNode {
  return (
    <button type="button" class="quiet" aria-label={words.leave(value)} onClick={() => setParams({ [name]: undefined }, { replace: false })}>
      {value} <span aria-hidden="true">×</span>
    </button>
  );
}

function OfCountry({ country, ...span }: Span & { country: string }): VNode {
  const { start, end } = wholeMonths(span);
  const rowsOf = (found: Answer): SalesRow[] => found.rows.filter((row) => row.country === country && !row.is_rest);
  return (
    <Panel
      title={words.ofCountry(country)}
      definition={words.ofCountryDefinition}
      load={() => wholeSales({ by: "country", grain: "month", start, end })}
      deps={[country, start, end]}
      enough={(found) => (rowsOf(found).length === 0 ? words.noMonths(country) : null)}
      controls={<Chosen name="country" value={country} />}
      chart={(found) => {
        const { whole, running, hasRunning } = partRunning(rowsOf(found), (row) => row.net_minor);
        return trend({
          x: rowsOf(found).map((row) => period(row.begins ?? "", "month")),
          series: [
            { name: words.measures.net_minor, values: whole, type: "bar", stack: "all" },
            ...(hasRunning ? [{ name: words.running, values: running, type: "bar" as const, stack: "all" }] : []),
          ],
          ...formatsOf("net_minor", found.currency),
        });
      }}
      rows={(found) => ({
        columns: [{ key: "period", label: texts.filters.grain }, { key: "begins", label: words.begins, kind: "day" }, { key: "is_running", label: words.running }, NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE],
        rows: rowsOf(found).map((row) => ({
          period: period(row.begins ?? "", "month"),
          begins: row.begins,
          is_running: row.is_running ?? false,
          ...Object.fromEntries([NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE].map(({ key }) => [key, numberOf(row[key])])),
        })),
      })}
      csvName={`sales-of-${country}`}
    />
  );
}

function OfProduct({ product }: { product: string }): VNode {
  const rowOf = (found: Answer): SalesRow | undefined => found.rows.find((row) => row.product_id === product && !row.is_rest);
  const columns = [NET, ORDERS, CUSTOMERS, ...ITEMS, ...PARTS];
  return (
    <Panel
      title={words.ofProduct(product)}
      definition={words.ofProductDefinition}
      load={() => wholeSales({ by: "product" })}
      deps={[product]}
      enough={(found) => (rowOf(found) ? null : words.noProduct(product, found.rows.filter((row) => !row.is_rest).length))}
      height={130}
      controls={<Chosen name="product" value={product} />}
      render={(found) => {
        const row = rowOf(found);
        return (
          <>
            <p class="badges">
              {row?.name}
              {row?.category && (
                <>
                  {" · "}
                  <a href={href("/sales", { ...own(), category: row.category })}>{row.category}</a>
                </>
              )}
            </p>
            <div class="figures">
              {columns.map(({ key, label }) => (
                <Figure key={key} label={label} definition={words.productFigures(label)} value={isMoney(key) ? money(numberOf(row?.[key]), found.currency) : number(numberOf(row?.[key]))} />
              ))}
            </div>
          </>
        );
      }}
      rows={(found) => {
        const row = rowOf(found);
        return {
          columns: [{ key: "product_id", label: words.productId }, { key: "name", label: words.names.product }, { key: "category", label: words.names.category }, ...columns],
          rows: row ? [{ product_id: product, name: row.name ?? null, category: row.category ?? null, ...Object.fromEntries(columns.map(({ key }) => [key, numberOf(row[key])])) }] : [],
        };
      }}
      note={() => words.wholeTime}
      csvName={`sales-of-${product}`}
    />
  );
}

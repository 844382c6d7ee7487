/** The panels that every method of segmentation has: areas, table, expected value, performance. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars, intervals, treemap } from "../../chart/options.ts";
import { money, number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Column, Table } from "../../panel/table.ts";
import { currencyOf } from "../../panel/unit.ts";
import { navigate } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Performance, Segments } from "../../types.ts";
import { areas, type Method, netPerCustomer, withOurWords } from "../../views/segments.ts";
import { isSimulated } from "../shared/simulated.ts";
import { segmentsOf, toSegment } from "./ofMethod.ts";

const words = texts.segments;

function nameColumn(method: Method): Column {
  return { key: "name", label: words.name, href: (row) => toSegment(String(row["segment_id"]), method) };
}

export function Areas({ method, of }: { method: Method; of: "customers" | "net_minor" }): VNode {
  const isMoney = of === "net_minor";
  const share = isMoney ? "revenue_share" : "customer_share";
  const areasOf = (found: Segments) => areas(found.segments, of, (row) => words.ofAll(percent(row[share])));
  return (
    <Panel
      size="half"
      title={isMoney ? words.byRevenue : words.byCustomers}
      definition={isMoney ? words.byRevenueDefinition : words.byCustomersDefinition}
      unit={isMoney ? currencyOf : texts.units.customers}
      load={() => segmentsOf(method)}
      deps={[method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.segments.length === 0}
      emptyHelp={words.none}
      chart={(found, theme) => {
        const short = (value: number): string => money(value, found.currency, { isCompact: true });
        return treemap(
          {
            nodes: areasOf(found).nodes,
            format: isMoney ? short : (value) => number(value),
            longFormat: isMoney ? (value) => money(value, found.currency) : texts.counts.customers,
            areaOf: isMoney ? words.net : words.customers,
            colourOf: words.netPerCustomer,
            colourFormat: short,
          },
          theme,
        );
      }}
      onPick={(picked) => {
        const { id } = picked.data as { id?: string };
        if (id) navigate(toSegment(id, method));
      }}
      rows={(found) => ({
        columns: [nameColumn(method), { key: of, label: isMoney ? words.net : words.customers, definition: isMoney ? words.netDefinition : words.customersDefinition, kind: isMoney ? "money" : "number" }, { key: share, label: isMoney ? words.revenueShare : words.customerShare, kind: "percent" }, { key: "net_per_customer_minor", label: words.netPerCustomer, kind: "money" }],
        rows: found.segments.map((row) => ({ segment_id: row.segment_id, name: row.name, [of]: row[of], [share]: row[share], net_per_customer_minor: netPerCustomer(row) })),
      })}
      note={(found) => {
        const { leftOut } = areasOf(found);
        return leftOut.length > 0 ? words.leftOut(leftOut.join(", ")) : null;
      }}
      csvName={`segments-${method}-by-${isMoney ? "net" : "customers"}`}
    />
  );
}

export function SegmentTable({ method }: { method: Method }): VNode {
  return (
    <Panel
      title={words.table}
      definition={words.tableDefinition}
      load={() => segmentsOf(method)}
      deps={[method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.segments.length === 0}
      emptyHelp={words.none}
      rows={(found) => tableOf(found, method)}
      csvName={`segments-${method}`}
    />
  );
}

function tableOf(found: Segments, method: Method): Table {
  return {
    columns: [
      nameColumn(method),
      { key: "customers", label: words.customers, definition: words.customersDefinition },
      { key: "net_minor", label: words.net, definition: words.netDefinition, kind: "money" },
      { key: "expected_value_12m_minor", label: words.expected, kind: "money" },
      { key: "mean_churn_probability", label: words.churn, kind: "percent" },
      { key: "mean_recency_days", label: words.recency, unit: words.days, kind: "number", digits: 0 },
      { key: "mean_frequency", label: words.frequency, kind: "number", digits: 1 },
      { key: "description", label: words.description },
    ],
    rows: found.segments.map((row) => ({
      segment_id: row.segment_id,
      name: row.name,
      customers: row.customers,
      net_minor: row.net_minor,
      expected_value_12m_minor: row.expected_value_12m_minor,
      mean_churn_probability: row.mean_churn_probability ?? null,
      mean_recency_days: row.mean_recency_days ?? null,
      mean_frequency: row.mean_frequency ?? null,
      description: [row.description, row.rule].filter((each) => typeof each === "string" && each !== "").join(". ") || null,
    })),
  };
}

export function Expected({ method }: { method: Method }): VNode {
  return (
    <Panel
      size="half"
      title={words.expectedTitle}
      definition={words.expectedDefinition}
      unit={currencyOf}
      load={() => segmentsOf(method)}
      deps={[method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.segments.every((row) => row.expected_value_12m_minor === null)}
      height={380}
      chart={(found, theme) =>
        intervals(
          found.segments.flatMap((row) => {
            const [value, low, high] = [row.expected_value_12m_minor, row.expected_value_12m_low_minor, row.expected_value_12m_high_minor];
            return value === null || low === null || high === null ? [] : [{ name: row.name, value, low, high }];
          }),
          (value) => money(value, found.currency, { isCompact: true }),
          theme,
          { intervalIs: texts.chart.intervalOf(80), nothingIs: texts.chart.nothing },
        )
      }
      rows={(found) => ({
        columns: [
          nameColumn(method),
          { key: "expected_value_12m_minor", label: words.expected, kind: "money" },
          { key: "expected_value_12m_low_minor", label: words.expectedLow, kind: "money" },
          { key: "expected_value_12m_high_minor", label: words.expectedHigh, kind: "money" },
        ],
        rows: found.segments.map(({ segment_id, name, expected_value_12m_minor, expected_value_12m_low_minor, expected_value_12m_high_minor }) => ({
          segment_id, name, expected_value_12m_minor, expected_value_12m_low_minor, expected_value_12m_high_minor,
        })),
      })}
      csvName={`expected-value-${method}`}
    />
  );
}

type PerformanceRow = Performance["segments"][number];

const MOVES = ["stayed", "came", "left", "new", "gone"] as const;

export function PerformancePanel({ method }: { method: Method }): VNode {
  const labels = { stayed: words.stayed, came: words.came, left: words.left, new: words.newToShop, gone: words.gone };
  const perCustomer = (row: PerformanceRow): number | null => (row["net_per_customer_minor"] as number | null | undefined) ?? null;
  return (
    <Panel
      size="half"
      title={words.performance}
      definition={words.performanceDefinition}
      unit={(found) => texts.units.each(found.currency, words.customerUnit)}
      load={async () => withOurWords(await api().performance({ method }), method)}
      deps={[method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.segments.length === 0}
      height={380}
      chart={(found) =>
        bars({
          names: found.segments.map((row) => row.name),
          series: [{ name: words.netPerCustomer, values: found.segments.map(perCustomer) }],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          isHorizontal: true,
        })
      }
      rows={(found) => ({
        columns: [
          nameColumn(method),
          { key: "net_per_customer_minor", label: words.netPerCustomer, kind: "money" },
          { key: "purchases", label: words.purchases, definition: words.purchasesDefinition, kind: "number" },
          { key: "net_per_purchase_minor", label: words.netPerPurchase, kind: "money" },
          ...(found.migration_reason === null ? MOVES.map((move) => ({ key: move, label: labels[move], kind: "number" as const })) : []),
        ],
        rows: found.segments.map((row) => ({
          segment_id: row.segment_id,
          name: row.name,
          net_per_customer_minor: perCustomer(row),
          purchases: (row["purchases"] as number | undefined) ?? null,
          net_per_purchase_minor: (row["net_per_purchase_minor"] as number | null | undefined) ?? null,
          ...(row.migration ?? {}),
        })),
      })}
      csvName={`segment-performance-${method}`}
    />
  );
}

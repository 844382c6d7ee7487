import type { VNode } from "preact";
import { money, number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import type { Segments, SegmentRow } from "../../types.ts";
import { Figure } from "../../ui/Figure.tsx";
import type { Method } from "../../views/segments.ts";
import { segmentsOf } from "./ofMethod.ts";
import { isSimulated } from "../shared/simulated.ts";

const words = texts.segment;
const labels = texts.segments;

/** The figures of one segment. */
export function Glance({ segmentId, method }: { segmentId: string; method: Method }): VNode {
  const rowOf = (found: Segments): SegmentRow | undefined => found.segments.find((row) => String(row.segment_id) === segmentId);
  return (
    <Panel
      title={words.figures}
      definition={words.figuresDefinition}
      load={() => segmentsOf(method)}
      deps={[segmentId, method]}
      isSimulated={isSimulated}
      isEmpty={(found) => rowOf(found) === undefined}
      emptyHelp={words.unknown(segmentId, labels.methods[method])}
      height={120}
      render={(found) => {
        const row = rowOf(found);
        if (!row) return <></>;
        const [low, high] = [row.expected_value_12m_low_minor, row.expected_value_12m_high_minor].map((value) => money(value, found.currency, { isCompact: true })) as [string, string];
        return (
          <div class="figures">
            <Figure label={labels.customers} definition={words.customersDefinition} value={`${number(row.customers)} (${words.ofAll(percent(row.customer_share))})`} />
            <Figure label={labels.net} definition={words.netDefinition} value={`${money(row.net_minor, found.currency, { isCompact: true })} (${percent(row.revenue_share)})`} />
            <Figure label={labels.expected} definition={words.expectedDefinition} value={`${money(row.expected_value_12m_minor, found.currency, { isCompact: true })} (${words.interval(low, high)})`} />
            <Figure label={labels.churn} definition={words.churnDefinition} value={percent(row.mean_churn_probability)} />
            <Figure label={labels.recency} definition={words.recencyDefinition} value={typeof row.mean_recency_days === "number" ? words.days(row.mean_recency_days) : texts.none} />
            <Figure label={labels.frequency} definition={words.frequencyDefinition} value={number(row.mean_frequency as number | null | undefined, 1)} />
          </div>
        );
      }}
      rows={(found) => {
        const row = rowOf(found);
        return {
          columns: [
            { key: "customers", label: labels.customers, definition: labels.customersDefinition, kind: "number" },
            { key: "customer_share", label: labels.customerShare, kind: "percent" },
            { key: "net_minor", label: labels.net, definition: labels.netDefinition, kind: "money" },
            { key: "revenue_share", label: labels.revenueShare, kind: "percent" },
            { key: "expected_value_12m_minor", label: labels.expected, kind: "money" },
            { key: "expected_value_12m_low_minor", label: labels.expectedLow, kind: "money" },
            { key: "expected_value_12m_high_minor", label: labels.expectedHigh, kind: "money" },
            { key: "mean_churn_probability", label: labels.churn, kind: "percent" },
            { key: "mean_probability_alive", label: labels.alive, kind: "percent" },
          ],
          rows: row ? [{ ...(row as Record<string, unknown> as Record<string, number>) }] : [],
        };
      }}
      note={(found) => {
        const description = rowOf(found)?.description;
        return typeof description === "string" ? description : null;
      }}
      csvName={`segment-${segmentId}-figures`}
    />
  );
}

import type { VNode } from "preact";
import { api } from "../../api.ts";
import { intervals } from "../../chart/options.ts";
import { useParam } from "../../filters.ts";
import { day, number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import { Select } from "../../ui/Select.tsx";
import { notYet } from "../shared/notYet.ts";
import { metricIntervals, metricMeaning, metricName, metricsOf } from "../../views/recommendations.ts";

const words = texts.recommendations;
const KNOWN = Object.keys(words.metricNames);

/** What the methods of the last training found of the purchases that were held back. */
export function MetricsPanel(): VNode {
  const [asked, setMetric] = useParam("metric");
  const metric = asked || "ndcg_at_10";
  return (
    <Panel
      title={words.metrics}
      definition={words.metricsDefinition}
      unit={texts.units.of(metricName(metric), words.fromZeroToOne)}
      load={() => notYet(api().recommendationMetrics())}
      deps={[metric]}
      shows={[metric, "low", "high"]}
      enough={(card) => (metricsOf(card).length === 0 ? card.reason : null)}
      isEmpty={(card) => metricIntervals(card, metric).length === 0}
      height={360}
      controls={
        <Select
          label={words.metric}
          name="metric"
          value={metric}
          options={(KNOWN.includes(metric) ? KNOWN : [...KNOWN, metric]).map((value) => ({ value, label: metricName(value) }))}
          onChange={(value) => setMetric(value === "ndcg_at_10" ? "" : value)}
        />
      }
      chart={(card, theme) => intervals(metricIntervals(card, metric), (value) => number(value, 4), theme, { intervalIs: texts.chart.intervalOf(95), nothingIs: words.nothingFound })}
      rows={(card) => {
        const metrics = metricsOf(card);
        return {
          columns: [
            { key: "model", label: words.model, kind: "text" },
            { key: "decision", label: words.decision },
            ...metrics.map((each) => ({ key: each, label: metricName(each), definition: metricMeaning(each), kind: "number" as const, digits: 4 })),
            { key: "low", label: `${metricName(metric)}, ${words.low}`, definition: words.lowDefinition, kind: "number", digits: 4 },
            { key: "high", label: `${metricName(metric)}, ${words.high}`, definition: words.highDefinition, kind: "number", digits: 4 },
            { key: "reason", label: words.reason },
          ],
          rows: Object.entries(card.candidates).map(([model, candidate]) => ({
            model,
            decision: words.decisions[candidate.decision] ?? candidate.decision,
            ...Object.fromEntries(metrics.map((each) => [each, candidate.metrics?.[each]?.value ?? null])),
            low: candidate.metrics?.[metric]?.low ?? null,
            high: candidate.metrics?.[metric]?.high ?? null,
            reason: candidate.reason ?? (model === card.model ? card.reason : null),
          })),
        };
      }}
      whenDated={words.notOfDates}
      note={(card) => [words.measuredOn(card.customers, card.cutoff === null ? null : day(card.cutoff)), card.low_data ? words.lowData : "", card.reason].filter(Boolean).join(" ")}
      csvName="offline-metrics"
    />
  );
}

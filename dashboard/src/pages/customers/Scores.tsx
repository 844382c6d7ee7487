import type { VNode } from "preact";
import { api } from "../../api.ts";
import { duration, money, nameOfId, number, percent } from "../../format.ts";
import type { Column, Row, Table } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import type { Customer } from "../../types.ts";
import { Figure } from "../../ui/Figure.tsx";
import { segmentName } from "../../views/segments.ts";
import { toSegment } from "../segments/ofMethod.ts";
import { isSimulated } from "../shared/simulated.ts";
import { type Asked, Known } from "./Known.tsx";

const words = texts.customers;

const SEGMENTS = [
  ["segment_id", "rfm"],
  ["lifecycle_id", "lifecycle"],
  ["behaviour_id", "behaviour"],
  ["cluster_id", "kmeans"],
] as const;

/** What the run knows of the customer. */
export function Scores({ customerId }: Asked): VNode {
  return (
    <Known
      customerId={customerId}
      title={words.scores(customerId)}
      definition={words.scoresDefinition}
      load={() => api().customer(customerId)}
      deps={[customerId]}
      isSimulated={isSimulated}
      height={240}
      render={(found) => (
        <>
          <p class="badges">
            {SEGMENTS.map(([field, method]) => {
              const id = found[field];
              if (!id) return null;
              return (
                <a key={field} class="badge plain" href={toSegment(id, method)}>
                  {words.methods[method]}: {method === "kmeans" ? id : segmentName(method, id)}
                </a>
              );
            })}
          </p>
          <div class="figures">
            {figures(found).map(({ name, value }) => (
              <Figure key={name} label={words.figures[name]} definition={words.definitions[name]} value={value} />
            ))}
          </div>
        </>
      )}
      rows={(found) => scoreTable(found)}
      whenDated={words.ofRun}
      csvName={`customer-${customerId}`}
    />
  );
}

type FigureName = keyof typeof words.figures;

function figures(found: Customer): { name: FigureName; value: string }[] {
  const score = [found.r, found.f, found.m].map((each) => number(each)).join(" · ");
  return [
    { name: "net_minor", value: money(found.net_minor, found.currency) },
    { name: "frequency", value: number(found.frequency) },
    { name: "recency_days", value: found.recency_days === null || found.recency_days === undefined ? texts.none : duration(found.recency_days * 86_400) },
    { name: "rfm", value: score },
    { name: "churn_probability", value: percent(found.churn_probability) },
    { name: "expected_value_12m_minor", value: money(found.expected_value_12m_minor, found.currency) },
    { name: "expected_purchases_12m", value: number(found.expected_purchases_12m, 1) },
    { name: "expected_gap_days", value: found.expected_gap_days === null || found.expected_gap_days === undefined ? texts.none : duration(found.expected_gap_days * 86_400) },
  ];
}

/** Everything that is plain: one row, a column a field, as the API calls it where the page has no better name. */
function scoreTable(found: Customer): Table {
  const left = ["generation", "as_of", "age_seconds", "currency", "features", "is_simulated"];
  const fields = Object.entries(found).filter(([name, value]) => !left.includes(name) && (value === null || typeof value !== "object")) as [string, Row[string]][];
  return {
    columns: fields.map(([key]): Column => ({
      key,
      label: key in words.figures ? words.figures[key as FigureName] : nameOfId(key.replace(/_minor$/, "")),
      ...(key in words.definitions ? { definition: words.definitions[key as FigureName] } : {}),
      ...(key.endsWith("_minor") ? { kind: "money" as const } : key === "probability_alive" || key === "churn_probability" ? { kind: "percent" as const } : {}),
    })),
    rows: [Object.fromEntries(fields)],
  };
}

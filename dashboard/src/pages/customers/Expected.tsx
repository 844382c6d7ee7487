import type { VNode } from "preact";
import { api } from "../../api.ts";
import { intervals } from "../../chart/options.ts";
import { money } from "../../format.ts";
import { currencyOf } from "../../panel/unit.ts";
import { texts } from "../../texts/index.ts";
import type { Customer } from "../../types.ts";
import { type Asked, Known } from "./Known.tsx";

const words = texts.customers;
const HORIZONS = ["3m", "12m"] as const;

/** What the customer will bring, as the run expects it. */
export function Expected({ customerId }: Asked): VNode {
  const rowsOf = (found: Customer): { name: string; value: number; low: number; high: number }[] =>
    HORIZONS.flatMap((horizon) => {
      const [value, low, high] = [`expected_value_${horizon}_minor`, `expected_value_${horizon}_low_minor`, `expected_value_${horizon}_high_minor`].map((field) => found[field]);
      return typeof value === "number" && typeof low === "number" && typeof high === "number" ? [{ name: words.horizons[horizon], value, low, high }] : [];
    });
  return (
    <Known
      customerId={customerId}
      size="half"
      title={words.expected}
      definition={words.expectedDefinition}
      unit={currencyOf}
      load={() => api().customer(customerId)}
      deps={[customerId]}
      height={260}
      enough={(found) => (rowsOf(found).length === 0 ? words.noExpectation : null)}
      chart={(found, theme) => intervals(rowsOf(found), (value) => money(value, found.currency, { isCompact: true }), theme, { intervalIs: texts.chart.intervalOf(80), nothingIs: texts.chart.nothing })}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.horizon },
          { key: "value", label: words.expectedNet, definition: words.expectedDefinition, kind: "money" },
          { key: "low", label: words.low, definition: words.lowDefinition, kind: "money" },
          { key: "high", label: words.high, definition: words.highDefinition, kind: "money" },
        ],
        rows: rowsOf(found),
      })}
      whenDated={words.ofRun}
      csvName={`expected-${customerId}`}
    />
  );
}

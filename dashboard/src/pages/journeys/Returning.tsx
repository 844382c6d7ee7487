import type { VNode } from "preact";
import { bars } from "../../chart/options.ts";
import { useChoice } from "../../filters.ts";
import { percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Column } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import type { RepeatPurchases } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { sentences } from "../shared/sentences.ts";
import { loadPurchases } from "./asked.ts";

const words = texts.journeys;
const WINDOWS = ["90", "30", "60", "180", "365"] as const;

/** How many customers come back after each purchase. */
export function Returning({ isPart }: { isPart: boolean }): VNode {
  const [window, setWindow] = useChoice("within", WINDOWS);
  const days = Number(window);
  const rateOf = (stage: RepeatPurchases["stages"][number]): number | null => stage.within.find((each) => each.days === days)?.repeat_rate ?? null;
  const nameOf = (stage: RepeatPurchases["stages"][number]): string => words.purchase(stage.purchase);
  return (
    <Panel
      title={words.returning}
      definition={words.returningDefinition}
      unit={texts.units.shareOf(texts.units.customers)}
      load={loadPurchases}
      deps={[window]}
      isEmpty={(found) => found.stages.length === 0}
      controls={<Select label={words.within} name="within" value={window} options={WINDOWS.toSorted((a, b) => Number(a) - Number(b)).map((value) => ({ value, label: words.days(Number(value)) }))} onChange={setWindow} />}
      chart={(found) =>
        bars({
          names: found.stages.map(nameOf),
          series: [
            { name: words.backWithin(days), values: found.stages.map(rateOf) },
            { name: words.backSoFar, values: found.stages.map((stage) => stage.repeat_rate) },
          ],
          format: (value) => percent(value),
          axisFormat: (value) => percent(value, 0),
        })
      }
      rows={(found) => ({
        columns: [
          { key: "purchase", label: words.after },
          { key: "customers", label: words.customers },
          { key: "net_minor", label: words.net, kind: "money" },
          { key: "returned", label: words.returned },
          { key: "repeat_rate", label: words.backSoFar, kind: "percent" },
          ...WINDOWS.toSorted((a, b) => Number(a) - Number(b)).map((value): Column => ({ key: `within_${value}`, label: words.backWithin(Number(value)), definition: words.withinDefinition(Number(value)), kind: "percent" })),
          { key: "median_days", label: words.medianDays, kind: "number", digits: 1 },
          { key: "mean_days", label: words.meanDays, kind: "number", digits: 1 },
        ],
        rows: found.stages.map(({ within, ...stage }) => ({
          ...stage,
          purchase: words.purchase(stage.purchase),
          ...Object.fromEntries(within.map((each) => [`within_${each.days}`, each.repeat_rate])),
        })),
      })}
      shows={[`within_${days}`, "repeat_rate"]}
      note={() => sentences(isPart ? words.ofAll : null, words.returningNote)}
      csvName="returning"
    />
  );
}

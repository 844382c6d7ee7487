import type { VNode } from "preact";
import { bars } from "../../chart/options.ts";
import { percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Column } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import type { Funnel, Funnels } from "../../types.ts";
import { conversionOf, fileName, large, largest, LEAST } from "../../views/journeys.ts";
import { sentences } from "../shared/sentences.ts";
import { isSimulated } from "../shared/simulated.ts";
import { channelName, depsOf, loadFunnels, monthsOf, noFunnel, partsOf, type Slice, stepName, type Unit } from "./asked.ts";

const words = texts.journeys;

/** How many of each channel's visits, or visitors, come to the last step. */
export function Channels({ unit, slice }: { unit: Unit; slice: Slice }): VNode {
  const channelsOf = (found: Funnels): Funnel["by_channel"] => found[unit]?.by_channel ?? [];
  return (
    <Panel
      size="half"
      title={words.titled(words.byChannel, slice.labels)}
      definition={words.byChannelDefinition}
      unit={words.byChannelUnit(words.units[unit])}
      load={() => loadFunnels(slice)}
      deps={[unit, ...depsOf(slice)]}
      enough={(found) => {
        const most = largest(channelsOf(found));
        const why = noFunnel(found, unit, slice);
        if (why !== null) return why;
        return most < LEAST ? words.tooFew(most, LEAST, words.largest(words.units[unit])) : null;
      }}
      isEmpty={(found) => channelsOf(found).length === 0}
      isSimulated={isSimulated}
      chart={(found) =>
        bars({
          names: large(channelsOf(found)).map(channelName),
          series: [{ name: words.conversion, values: large(channelsOf(found)).map((each) => conversionOf(each.steps)) }],
          format: (value) => percent(value, 2),
          isHorizontal: true,
        })
      }
      rows={(found) => {
        const steps = found[unit]?.steps.filter((step) => step.reason === null) ?? [];
        return {
          columns: [
            { key: "channel", label: words.channel },
            ...steps.map((step): Column => ({ key: step.step, label: stepName(step.step), definition: words.inOrderDefinition, kind: "number" })),
            { key: "conversion", label: words.conversion, kind: "percent", digits: 2 },
          ],
          rows: channelsOf(found).map((each) => ({
            channel: channelName(each),
            ...Object.fromEntries(each.steps.map((step) => [step.step, step.in_order])),
            conversion: conversionOf(each.steps),
          })),
        };
      }}
      shows={["conversion"]}
      note={(found) => {
        const small = channelsOf(found).length - large(channelsOf(found)).length;
        return sentences(monthsOf(slice), small > 0 ? words.small(small, LEAST) : null);
      }}
      csvName={fileName("funnel-by-channel", unit, ...partsOf(slice))}
    />
  );
}

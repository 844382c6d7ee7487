import type { VNode } from "preact";
import { bars } from "../../chart/options.ts";
import { number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import type { Funnels, FunnelStep } from "../../types.ts";
import { fileName, unitsOf } from "../../views/journeys.ts";
import { sentences } from "../shared/sentences.ts";
import { isSimulated } from "../shared/simulated.ts";
import { depsOf, loadFunnels, monthsOf, noFunnel, partsOf, type Slice, stepName, tooFew, type Unit } from "./asked.ts";

const words = texts.journeys;

/** The funnel of visits, or of visitors. */
export function Steps({ unit, slice }: { unit: Unit; slice: Slice }): VNode {
  const stepsIn = (found: Funnels): FunnelStep[] => found[unit]?.steps ?? [];
  const known = (found: Funnels): FunnelStep[] => stepsIn(found).filter((step) => step.reason === null);
  return (
    <Panel
      size="half"
      title={words.titled(words.funnel, slice.labels)}
      definition={words.funnelDefinition}
      unit={words.units[unit]}
      load={() => loadFunnels(slice)}
      deps={[unit, ...depsOf(slice)]}
      enough={(found) => noFunnel(found, unit, slice) ?? tooFew(unitsOf(found[unit]), words.units[unit], slice)}
      isEmpty={(found) => stepsIn(found).length === 0}
      isSimulated={isSimulated}
      chart={(found) =>
        bars({
          names: known(found).map((step) => `${stepName(step.step)} ${percent(step.conversion)}`),
          series: [
            { name: words.inOrder, values: known(found).map((step) => step.in_order) },
            { name: words.reached, values: known(found).map((step) => step.reached) },
          ],
          format: words.counts[unit],
          axisFormat: (value) => number(value),
          isHorizontal: true,
        })
      }
      chartLabel={(found) => known(found).map((step) => `${stepName(step.step)}: ${number(step.in_order)} (${percent(step.conversion)})`).join("; ")}
      rows={(found) => ({
        columns: [
          { key: "step", label: words.step },
          { key: "in_order", label: words.inOrder, definition: words.inOrderDefinition, kind: "number" },
          { key: "reached", label: words.reached, definition: words.reachedDefinition, kind: "number" },
          { key: "step_conversion", label: words.stepConversion, kind: "percent", digits: 2 },
          { key: "conversion", label: words.conversion, kind: "percent", digits: 2 },
          { key: "reason", label: words.reason },
        ],
        rows: stepsIn(found).map((step) => ({ ...step, step: stepName(step.step) })),
      })}
      note={(found) => {
        const missing = stepsIn(found).flatMap((step) => (step.reason === null ? [] : [words.missing(stepName(step.step), step.reason)]));
        return sentences(monthsOf(slice), words.sessionEnds(found.session_minutes), ...missing);
      }}
      csvName={fileName("funnel", unit, ...partsOf(slice))}
    />
  );
}

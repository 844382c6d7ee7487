import type { VNode } from "preact";
import { sankey } from "../../chart/options.ts";
import { isDated, useChoice, useParam } from "../../filters.ts";
import { nameOfId, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import type { Paths } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { areNamed, fileName, labelsOf, type Option, options, stepsOf, upTo, withoutThin } from "../../views/journeys.ts";
import { sentences } from "../shared/sentences.ts";
import { isSimulated } from "../shared/simulated.ts";
import { useAnswer } from "../shared/useAnswer.ts";
import { type Asked, channelOptions, depsOf, EVERYTHING, type Known, loadPaths, monthsOf, NOTHING, partsOf, type Slice, tooFew } from "./asked.ts";

const words = texts.journeys;
const GRAPHS = ["sessions", "purchases", "categories"] as const;
const DEPTHS = ["4", "3", "5", "6", "8", "10"] as const;
/** A link of fewer journeys than this share is no more than a hair. */
const HAIR = 0.002;

/** What follows on what, as flows. */
export function Flows({ slice, segments }: { slice: Slice; segments: readonly Option[] }): VNode {
  const [of, setOf] = useChoice("paths", GRAPHS);
  const [firstChannel, setFirstChannel] = useParam("first_channel");
  const isOfVisits = of === "sessions";
  const counted = isOfVisits ? words.counts.sessions : texts.counts.customers;
  const known = useAnswer<Known>(() => (isOfVisits ? Promise.resolve(NOTHING) : loadPaths(of, EVERYTHING)), [of]) ?? NOTHING;
  const hasChoice = !isOfVisits && (areNamed(known.channels) || firstChannel !== "");
  const firstChannels = options(words.all, channelOptions(known.channels), firstChannel);
  const { segment } = slice;
  const asked: Asked = isOfVisits ? slice : { segment, channel: firstChannel };
  const labels = isOfVisits ? slice.labels : labelsOf([{ options: segments, value: segment }, { options: firstChannels, value: firstChannel }]);
  const [depth, setDepth] = useChoice("steps", DEPTHS);
  const partOf = (found: Paths) => (found.graph ? withoutThin(upTo(found.graph, Number(depth)), found.graph.journeys, HAIR) : { nodes: [], links: [], dropped: 0 });
  const stateName = (state: string): string => words.states[state] ?? (of === "sessions" ? nameOfId(state) : state);
  return (
    <Panel
      title={words.titled(words.flows, labels)}
      definition={words.flowDefinitions[of]}
      unit={words.flowUnits[of]}
      load={() => loadPaths(of, asked)}
      deps={[of, depth, ...depsOf(asked)]}
      enough={(found) => (found.graph === null ? (found.reason ?? words.noGraph) : tooFew(found.graph.journeys, words.flowUnits[of], asked))}
      isEmpty={(found) => partOf(found).links.length === 0}
      isSimulated={isSimulated}
      height={460}
      controls={
        <>
          <Select label={words.flowsOf} name="paths" value={of} options={GRAPHS.map((value) => ({ value, label: words.graphs[value] }))} onChange={setOf} />
          {hasChoice && <Select label={words.firstChannel} name="first_channel" value={firstChannel} options={firstChannels} onChange={setFirstChannel} />}
          <Select label={words.depth} name="steps" value={depth} options={DEPTHS.toSorted((a, b) => Number(a) - Number(b)).map((value) => ({ value, label: value }))} onChange={setDepth} />
        </>
      }
      chart={(found, theme) => {
        const { nodes, links } = partOf(found);
        const first = Math.min(...nodes.map((node) => node.step));
        return sankey(
          {
            nodes: nodes.map((node) => ({ name: String(node.id), label: stateName(node.state), depth: node.step - first })),
            links: links.map((link) => ({ source: String(link.source), target: String(link.target), value: link.weight })),
            format: (value) => (found.graph && found.graph.journeys > 0 ? words.journeys(counted(value), percent(value / found.graph.journeys)) : counted(value)),
            widthOf: words.flowUnits[of],
          },
          theme,
        );
      }}
      rows={(found) => {
        const nodes = new Map(found.graph?.nodes.map((node) => [node.id, node]));
        const links = found.graph ? upTo(found.graph, Number(depth)).links : [];
        return {
          columns: [
            { key: "step", label: words.step },
            { key: "from", label: words.from },
            { key: "to", label: words.to },
            { key: "weight", label: words.count, definition: words.countDefinition, kind: "number" },
            { key: "share", label: words.share, definition: words.shareDefinition, kind: "percent" },
            ...(of === "purchases" ? [{ key: "median_days", label: words.medianDays, kind: "number" as const, digits: 1 }] : []),
          ],
          rows: links.map((link) => ({
            step: nodes.get(link.source)?.step ?? null,
            from: stateName(nodes.get(link.source)?.state ?? ""),
            to: stateName(nodes.get(link.target)?.state ?? ""),
            weight: link.weight,
            share: link.share,
            median_days: link.median_days ?? null,
          })),
        };
      }}
      note={(found) => {
        const { dropped } = partOf(found);
        return sentences(
          monthsOf(asked),
          !isOfVisits && isDated(slice) ? words.datesOfVisits : null,
          !isOfVisits && slice.channel !== "" ? words.channelOfVisits : null,
          dropped > 0 ? words.thin(dropped, percent(HAIR)) : null,
          found.graph && stepsOf(found.graph) > Number(depth) ? words.more(Number(depth), stepsOf(found.graph)) : null,
          found.graph?.is_cut ? words.cut(found.graph.cut, found.graph.depth) : null,
        );
      }}
      csvName={fileName("paths-of", of, ...partsOf(asked))}
    />
  );
}

import type { VNode } from "preact";
import { api } from "../api.ts";
import { bars, sankey } from "../chart/options.ts";
import { useChoice, useParam } from "../filters.ts";
import { nameOfId, number, percent } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Column } from "../panel/table.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Firsts, Funnel, Funnels, FunnelStep, JourneyChannel, JourneyFilters, Paths, RepeatPurchases } from "../types.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { wholeSales } from "./sales/answers.ts";
import { segmentName } from "../views/segments.ts";
import { isSimulated } from "./shared/simulated.ts";
import { useAnswer } from "./shared/useAnswer.ts";
import { areNamed, categoriesIn, conversionOf, fileName, labelsOf, large, largest, LEAST, type Option, options, stepsOf, unitsOf, upTo, withoutThin } from "../views/journeys.ts";

const words = texts.journeys;
const UNITS = ["sessions", "visitors"] as const;
const GRAPHS = ["sessions", "purchases", "categories"] as const;
const DEPTHS = ["4", "3", "5", "6", "8", "10"] as const;
const WINDOWS = ["90", "30", "60", "180", "365"] as const;
/** A link of fewer journeys than this share is no more than a hair. */
const HAIR = 0.002;
const MOST_FIRSTS = 12;

type Unit = (typeof UNITS)[number];

/** Whose journeys, and by which channel; "" is all. */
interface Slice {
  segment: string;
  channel: string;
  /** What the two are called, for titles. */
  labels: readonly string[];
}

const loadFunnels = ({ segment, channel }: Pick<Slice, "segment" | "channel">): Promise<Funnels> => api().get<Funnels>("/analytics/journeys/funnel", { segment_id: segment, channel });
const loadWhole = (): Promise<Funnels> => loadFunnels({ segment: "", channel: "" });
const loadPaths = (of: string, segment = "", channel = ""): Promise<Paths> => api().get<Paths>("/analytics/journeys/paths", { of, segment_id: segment, channel });
const noCategories = (): ReadonlySet<string> => new Set();
/** The categories that sales are laid out by; none where they cannot be had, and then nothing leads to them. */
const loadCategories = (): Promise<ReadonlySet<string>> => wholeSales({ by: "category" }).then(({ rows }) => categoriesIn(rows), noCategories);
const loadPurchases = (): Promise<RepeatPurchases> => api().get<RepeatPurchases>("/analytics/journeys/purchases");

export default function Journeys(): VNode {
  const [unit, setUnit] = useChoice("unit", UNITS);
  const [segment, setSegment] = useParam("segment");
  const [channel, setChannel] = useParam("channel");
  const known = useAnswer<Known>(loadWhole, []) ?? NOTHING;
  const segments = options(words.all, known.segments.map(({ segment_id, name }) => ({ value: segment_id, label: words.segments[segment_id] ?? segmentName("rfm", segment_id, name) })), segment);
  const channels = options(words.all, channelOptions(known.channels), channel);
  const slice: Slice = { segment, channel, labels: labelsOf([{ options: segments, value: segment }, { options: channels, value: channel }]) };
  return (
    <Page
      title={texts.pages.journeys}
      intro={words.intro}
      filters={
        <>
          <Select label={words.unit} name="unit" value={unit} options={UNITS.map((value) => ({ value, label: words.units[value] }))} onChange={setUnit} />
          <Select label={words.segment} name="segment" value={segment} options={segments} onChange={setSegment} />
          <Select label={words.channel} name="channel" value={channel} options={channels} onChange={setChannel} />
        </>
      }
    >
      <Steps unit={unit} slice={slice} />
      <Channels unit={unit} slice={slice} />
      <Flows slice={slice} segments={segments} />
      <Returning isSliced={slice.labels.length > 0} />
      <First of="first_products" isSliced={slice.labels.length > 0} />
      <First of="first_categories" isSliced={slice.labels.length > 0} />
    </Page>
  );
}

function channelName(each: JourneyChannel): string {
  return each.is_folded ? texts.table.rest : (each.channel ?? texts.table.unknown);
}

const channelOptions = (channels: readonly JourneyChannel[]): Option[] => channels.map((each) => ({ value: each.channel_id, label: channelName(each) }));

type Known = Pick<JourneyFilters, "segments" | "channels">;
const NOTHING: Known = { segments: [], channels: [] };

/** Say that a part of the shop is too small for shares; null where it is not, and of the whole shop. */
function tooFew(n: number, unit: string, ...asked: readonly string[]): string | null {
  return n < LEAST && asked.some((each) => each !== "") ? words.tooFew(n, LEAST, unit) : null;
}

const stepName = (step: string): string => words.steps[step] ?? nameOfId(step);

function Steps({ unit, slice }: { unit: Unit; slice: Slice }): VNode {
  const { segment, channel } = slice;
  const stepsIn = (found: Funnels): FunnelStep[] => found[unit]?.steps ?? [];
  const known = (found: Funnels): FunnelStep[] => stepsIn(found).filter((step) => step.reason === null);
  return (
    <Panel
      size="half"
      title={words.titled(words.funnel, slice.labels)}
      definition={words.funnelDefinition}
      unit={words.units[unit]}
      load={() => loadFunnels(slice)}
      deps={[unit, segment, channel]}
      enough={(found) => (found[unit] === null ? (found.reason ?? words.noFunnel) : tooFew(unitsOf(found[unit]), words.units[unit], segment, channel))}
      isEmpty={(found) => stepsIn(found).length === 0}
      isSimulated={isSimulated}
      chart={(found) =>
        bars({
          names: known(found).map((step) => `${stepName(step.step)} ${percent(step.conversion)}`),
          series: [
            { name: words.inOrder, values: known(found).map((step) => step.in_order) },
            { name: words.reached, values: known(found).map((step) => step.reached) },
          ],
          format: (value) => number(value),
          isHorizontal: true,
        })
      }
      chartLabel={(found) => known(found).map((step) => `${stepName(step.step)}: ${number(step.in_order)} (${percent(step.conversion)})`).join("; ")}
      rows={(found) => ({
        columns: [
          { key: "step", label: words.step },
          { key: "in_order", label: words.inOrder, kind: "number" },
          { key: "reached", label: words.reached, kind: "number" },
          { key: "step_conversion", label: words.stepConversion, kind: "percent", digits: 2 },
          { key: "conversion", label: words.conversion, kind: "percent", digits: 2 },
          { key: "reason", label: words.reason },
        ],
        rows: stepsIn(found).map((step) => ({ ...step, step: stepName(step.step) })),
      })}
      note={(found) => {
        const missing = stepsIn(found).flatMap((step) => (step.reason === null ? [] : [words.missing(stepName(step.step), step.reason)]));
        return [words.sessionEnds(found.session_minutes), ...missing].join(" ");
      }}
      csvName={fileName("funnel", unit, segment, channel)}
    />
  );
}

function Channels({ unit, slice }: { unit: Unit; slice: Slice }): VNode {
  const { segment, channel } = slice;
  const channelsOf = (found: Funnels): Funnel["by_channel"] => found[unit]?.by_channel ?? [];
  return (
    <Panel
      size="half"
      title={words.titled(words.byChannel, slice.labels)}
      definition={words.byChannelDefinition}
      unit={words.byChannelUnit(words.units[unit])}
      load={() => loadFunnels(slice)}
      deps={[unit, segment, channel]}
      enough={(found) => {
        if (found[unit] === null) return found.reason ?? words.noFunnel;
        const most = largest(channelsOf(found));
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
            ...steps.map((step): Column => ({ key: step.step, label: stepName(step.step), kind: "number" })),
            { key: "conversion", label: words.conversion, kind: "percent", digits: 2 },
          ],
          rows: channelsOf(found).map((each) => ({
            channel: channelName(each),
            ...Object.fromEntries(each.steps.map((step) => [step.step, step.in_order])),
            conversion: conversionOf(each.steps),
          })),
        };
      }}
      note={(found) => {
        const small = channelsOf(found).length - large(channelsOf(found)).length;
        return small > 0 ? words.small(small, LEAST) : null;
      }}
      csvName={fileName("funnel-by-channel", unit, segment, channel)}
    />
  );
}

function Flows({ slice, segments }: { slice: Slice; segments: readonly Option[] }): VNode {
  const [of, setOf] = useChoice("paths", GRAPHS);
  const [firstChannel, setFirstChannel] = useParam("first_channel");
  const isOfVisits = of === "sessions";
  const known = useAnswer<Known>(() => (isOfVisits ? Promise.resolve(NOTHING) : loadPaths(of)), [of]) ?? NOTHING;
  const hasChoice = !isOfVisits && (areNamed(known.channels) || firstChannel !== "");
  const firstChannels = options(words.all, channelOptions(known.channels), firstChannel);
  const { segment } = slice;
  const channel = isOfVisits ? slice.channel : firstChannel;
  const labels = isOfVisits ? slice.labels : labelsOf([{ options: segments, value: segment }, { options: firstChannels, value: firstChannel }]);
  const [depth, setDepth] = useChoice("steps", DEPTHS);
  const partOf = (found: Paths) => (found.graph ? withoutThin(upTo(found.graph, Number(depth)), found.graph.journeys, HAIR) : { nodes: [], links: [], dropped: 0 });
  const stateName = (state: string): string => words.states[state] ?? (of === "sessions" ? nameOfId(state) : state);
  return (
    <Panel
      title={words.titled(words.flows, labels)}
      definition={words.flowDefinitions[of]}
      unit={words.flowUnits[of]}
      load={() => loadPaths(of, segment, channel)}
      deps={[of, depth, segment, channel]}
      enough={(found) => (found.graph === null ? (found.reason ?? words.noGraph) : tooFew(found.graph.journeys, words.flowUnits[of], segment, channel))}
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
            format: (value) => (found.graph && found.graph.journeys > 0 ? words.journeys(value, percent(value / found.graph.journeys)) : number(value)),
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
            { key: "weight", label: words.count, kind: "number" },
            { key: "share", label: words.share, kind: "percent" },
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
        const notes = [
          !isOfVisits && slice.channel !== "" ? words.channelOfVisits : null,
          dropped > 0 ? words.thin(dropped, percent(HAIR)) : null,
          found.graph && stepsOf(found.graph) > Number(depth) ? words.more(Number(depth), stepsOf(found.graph)) : null,
          found.graph?.is_cut ? words.cut(found.graph.cut, found.graph.depth) : null,
        ];
        return notes.filter((each) => each !== null).join(" ") || null;
      }}
      csvName={fileName("paths-of", of, segment, channel)}
    />
  );
}

/** A note that says of a panel which the filters leave alone that they do. */
const ofAll = (isSliced: boolean, note: string | null): string | null => [isSliced ? words.ofAll : null, note].filter((each) => each !== null).join(" ") || null;

function Returning({ isSliced }: { isSliced: boolean }): VNode {
  const [window, setWindow] = useChoice("within", WINDOWS);
  const days = Number(window);
  const rateOf = (stage: RepeatPurchases["stages"][number]): number | null => stage.within.find((each) => each.days === days)?.repeat_rate ?? null;
  const nameOf = (stage: RepeatPurchases["stages"][number]): string => words.purchase(stage.purchase);
  return (
    <Panel
      title={words.returning}
      definition={words.returningDefinition}
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
          ...WINDOWS.toSorted((a, b) => Number(a) - Number(b)).map((value): Column => ({ key: `within_${value}`, label: words.backWithin(Number(value)), kind: "percent" })),
          { key: "median_days", label: words.medianDays, kind: "number", digits: 1 },
          { key: "mean_days", label: words.meanDays, kind: "number", digits: 1 },
        ],
        rows: found.stages.map(({ within, ...stage }) => ({
          ...stage,
          purchase: words.purchase(stage.purchase),
          ...Object.fromEntries(within.map((each) => [`within_${each.days}`, each.repeat_rate])),
        })),
      })}
      note={() => ofAll(isSliced, words.returningNote)}
      csvName="returning"
    />
  );
}

/** First purchases, and the categories that the page of sales knows. */
interface FirstPurchases extends RepeatPurchases {
  categories: ReadonlySet<string>;
}

function First({ of, isSliced }: { of: "first_products" | "first_categories"; isSliced: boolean }): VNode {
  const isOfProducts = of === "first_products";
  const toSales = (item: string, { categories }: FirstPurchases): string | null => {
    if (isOfProducts) return href("/sales", { product: item });
    return categories.has(item) ? href("/sales", { category: item }) : null;
  };
  const itemsOf = (found: RepeatPurchases): Firsts["items"] => found[of]?.items ?? [];
  return (
    <Panel
      size="half"
      title={words.firsts[of]}
      definition={words.firstDefinitions[of]}
      load={async () => {
        const [found, categories] = await Promise.all([loadPurchases(), isOfProducts ? noCategories() : loadCategories()]);
        return { ...found, categories };
      }}
      deps={[of]}
      enough={(found) => (found[of] === null ? (found.reasons[of] ?? texts.overview.noCategories) : null)}
      isEmpty={(found) => itemsOf(found).length === 0}
      height={380}
      chart={(found) => {
        const shown = itemsOf(found).slice(0, MOST_FIRSTS);
        return bars({
          names: shown.map((row) => row.name ?? row.item),
          series: [
            { name: words.returned, values: shown.map((row) => row.returned), stack: "all" },
            { name: words.notReturned, values: shown.map((row) => row.customers - row.returned), stack: "all" },
          ],
          format: (value) => number(value),
          isHorizontal: true,
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.firstItem, href: (row) => toSales(String(row["item"]), found) },
          ...(isOfProducts ? [{ key: "item", label: words.productId }] : []),
          { key: "customers", label: words.customers },
          { key: "returned", label: words.returned },
          { key: "repeat_rate", label: words.backSoFar, kind: "percent" },
          { key: "median_days_to_next", label: words.medianDays, kind: "number", digits: 1 },
          { key: "next", label: words.then },
        ],
        rows: itemsOf(found).map((row) => {
          const next = found[of]?.next.find((each) => each.item === row.item);
          return { ...row, name: row.name ?? row.item, next: next ? words.nextOf(next.next_name ?? next.next_item, next.customers) : null };
        }),
      })}
      note={(found) => ofAll(isSliced, itemsOf(found).length > MOST_FIRSTS ? texts.sales.chartShows(MOST_FIRSTS, itemsOf(found).length) : null)}
      csvName={isOfProducts ? "first-products" : "first-categories"}
    />
  );
}

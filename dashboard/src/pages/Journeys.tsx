import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import { bars, sankey } from "../chart/options.ts";
import { useChoice, useParam } from "../filters.ts";
import { number, percent } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Column } from "../panel/table.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Firsts, Funnel, Funnels, FunnelStep, Paths, RepeatPurchases } from "../types.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { nameOfId } from "../views/customer.ts";
import { isSimulated } from "./shared/simulated.ts";
import { channelKey, conversionOf, stepsOf, stepsOfChannel, upTo, withoutThin } from "../views/journeys.ts";

const words = texts.journeys;
const UNITS = ["sessions", "visitors"] as const;
const GRAPHS = ["sessions", "purchases", "categories"] as const;
const DEPTHS = ["4", "3", "5", "6", "8", "10"] as const;
const WINDOWS = ["90", "30", "60", "180", "365"] as const;
/** A link of fewer journeys than this share is no more than a hair. */
const LEAST = 0.002;
const MOST_FIRSTS = 12;

type Unit = (typeof UNITS)[number];

const loadFunnels = (): Promise<Funnels> => api().get<Funnels>("/analytics/journeys/funnel");
const loadPurchases = (): Promise<RepeatPurchases> => api().get<RepeatPurchases>("/analytics/journeys/purchases");

export default function Journeys(): VNode {
  const [unit, setUnit] = useChoice("unit", UNITS);
  const [channel, setChannel] = useParam("channel");
  const channels = useChannels(unit);
  return (
    <Page
      title={texts.pages.journeys}
      intro={words.intro}
      filters={
        <>
          <Select label={words.unit} name="unit" value={unit} options={UNITS.map((value) => ({ value, label: words.units[value] }))} onChange={setUnit} />
          <Select
            label={words.channel}
            name="channel"
            value={channel}
            options={[{ value: "", label: words.allChannels }, ...channels, ...(channel === "" || channels.some((each) => each.value === channel) ? [] : [{ value: channel, label: channel.replace(/^c:/, "") }])]}
            onChange={setChannel}
          />
        </>
      }
    >
      <Steps unit={unit} channel={channel} />
      <Channels unit={unit} />
      <Flows />
      <Returning />
      <First of="first_products" />
      <First of="first_categories" />
    </Page>
  );
}

function channelName(each: { channel: string | null; is_folded: boolean }): string {
  return each.is_folded ? texts.table.rest : (each.channel ?? texts.table.unknown);
}

/** The channels that there are funnels of; none while they are asked for, and where they cannot be had. */
function useChannels(unit: Unit): { value: string; label: string }[] {
  const [found, setFound] = useState<Funnels | null>(null);
  useEffect(() => {
    let isStale = false;
    loadFunnels().then(
      (answer) => {
        if (!isStale) setFound(answer);
      },
      () => undefined, // the panel of the funnel says why
    );
    return () => {
      isStale = true;
    };
  }, []);
  return (found?.[unit]?.by_channel ?? []).map((each) => ({ value: channelKey(each), label: channelName(each) }));
}

const stepName = (step: string): string => words.steps[step] ?? nameOfId(step);

function Steps({ unit, channel }: { unit: Unit; channel: string }): VNode {
  const stepsIn = (found: Funnels): FunnelStep[] => (found[unit] && stepsOfChannel(found[unit], channel)) ?? [];
  const known = (found: Funnels): FunnelStep[] => stepsIn(found).filter((step) => step.reason === null);
  return (
    <Panel
      size="half"
      title={words.funnel}
      definition={words.funnelDefinition}
      unit={words.units[unit]}
      load={loadFunnels}
      deps={[unit, channel]}
      enough={(found) => (found[unit] === null ? (found.reason ?? words.noFunnel) : null)}
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
      csvName={`funnel-${unit}`}
    />
  );
}

function Channels({ unit }: { unit: Unit }): VNode {
  const channelsOf = (found: Funnels): Funnel["by_channel"] => found[unit]?.by_channel ?? [];
  return (
    <Panel
      size="half"
      title={words.byChannel}
      definition={words.byChannelDefinition}
      unit={words.units[unit]}
      load={loadFunnels}
      deps={[unit]}
      enough={(found) => (found[unit] === null ? (found.reason ?? words.noFunnel) : null)}
      isEmpty={(found) => channelsOf(found).length === 0}
      isSimulated={isSimulated}
      chart={(found) =>
        bars({
          names: channelsOf(found).map(channelName),
          series: [{ name: words.conversion, values: channelsOf(found).map((each) => conversionOf(each.steps)) }],
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
      csvName={`funnel-by-channel-${unit}`}
    />
  );
}

function Flows(): VNode {
  const [of, setOf] = useChoice("paths", GRAPHS);
  const [depth, setDepth] = useChoice("steps", DEPTHS);
  const partOf = (found: Paths) => (found.graph ? withoutThin(upTo(found.graph, Number(depth)), found.graph.journeys, LEAST) : { nodes: [], links: [], dropped: 0 });
  const stateName = (state: string): string => words.states[state] ?? (of === "sessions" ? nameOfId(state) : state);
  return (
    <Panel
      title={words.flows}
      definition={words.flowDefinitions[of]}
      load={() => api().get<Paths>("/analytics/journeys/paths", { of })}
      deps={[of, depth]}
      enough={(found) => (found.graph === null ? (found.reason ?? words.noGraph) : null)}
      isEmpty={(found) => partOf(found).links.length === 0}
      isSimulated={(found) => of === "sessions" && isSimulated(found)}
      height={460}
      controls={
        <>
          <Select label={words.flowsOf} name="paths" value={of} options={GRAPHS.map((value) => ({ value, label: words.graphs[value] }))} onChange={setOf} />
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
          dropped > 0 ? words.thin(dropped, percent(LEAST)) : null,
          found.graph && stepsOf(found.graph) > Number(depth) ? words.more(Number(depth), stepsOf(found.graph)) : null,
          found.graph?.is_cut ? words.cut(found.graph.cut, found.graph.depth) : null,
        ];
        return notes.filter((each) => each !== null).join(" ") || null;
      }}
      csvName={`paths-of-${of}`}
    />
  );
}

function Returning(): VNode {
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
      note={() => words.returningNote}
      csvName="returning"
    />
  );
}

function First({ of }: { of: "first_products" | "first_categories" }): VNode {
  const itemsOf = (found: RepeatPurchases): Firsts["items"] => found[of]?.items ?? [];
  return (
    <Panel
      size="half"
      title={words.firsts[of]}
      definition={words.firstDefinitions[of]}
      load={loadPurchases}
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
          { key: "name", label: words.firstItem, href: (row) => href("/sales", { [of === "first_products" ? "product" : "category"]: String(row["item"]) }) },
          ...(of === "first_products" ? [{ key: "item", label: words.productId }] : []),
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
      note={(found) => (itemsOf(found).length > MOST_FIRSTS ? texts.sales.chartShows(MOST_FIRSTS, itemsOf(found).length) : null)}
      csvName={of === "first_products" ? "first-products" : "first-categories"}
    />
  );
}

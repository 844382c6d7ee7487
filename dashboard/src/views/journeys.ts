/** What the page of journeys computes of graphs and funnels. */
import type { Funnel, FunnelStep, JourneyChannel, PathGraph, PathLink, PathNode } from "../types.ts";

/** Of fewer visits, visitors or customers, one more or less moves a share by points: it is not shown. */
export const LEAST = 30;

/** Keep the first steps of a graph, and drop what a node leads to beyond them. */
export function upTo(graph: PathGraph, steps: number): { nodes: PathNode[]; links: PathLink[] } {
  const first = Math.min(...graph.nodes.map((node) => node.step));
  const nodes = graph.nodes.filter((node) => node.step - first < steps);
  const kept = new Set(nodes.map((node) => node.id));
  return { nodes, links: graph.links.filter((link) => kept.has(link.source) && kept.has(link.target)) };
}

/** Drop links of less than a share of all journeys, and nodes that nothing leads to or from any more; says how many links went. */
export function withoutThin(part: { nodes: readonly PathNode[]; links: readonly PathLink[] }, journeys: number, least: number): { nodes: PathNode[]; links: PathLink[]; dropped: number } {
  const links = part.links.filter((link) => link.weight >= journeys * least);
  const used = new Set(links.flatMap((link) => [link.source, link.target]));
  return { nodes: part.nodes.filter((node) => used.has(node.id)), links, dropped: part.links.length - links.length };
}

/** Return how many steps a graph has, the first and the last included. */
export function stepsOf(graph: PathGraph): number {
  const steps = graph.nodes.map((node) => node.step);
  return graph.nodes.length === 0 ? 0 : Math.max(...steps) - Math.min(...steps) + 1;
}

/** Return how many a funnel begins with. */
export function unitsOf(funnel: Pick<Funnel, "steps"> | null): number {
  return funnel?.steps[0]?.in_order ?? 0;
}

/** Return the channels that have enough for a share. */
export function large<T extends Pick<Funnel, "steps">>(channels: readonly T[], least = LEAST): T[] {
  return channels.filter((each) => unitsOf(each) >= least);
}

/** Return how many the largest of channels begins with. */
export function largest(channels: readonly Pick<Funnel, "steps">[]): number {
  return Math.max(0, ...channels.map(unitsOf));
}

/** Whether some channel is named: where none is, there is nothing to choose. */
export function areNamed(channels: readonly JourneyChannel[]): boolean {
  return channels.some((each) => each.channel !== null);
}

const BELOW = " > ";

/**
 * Return by first level, which is what journeys know, the category of sales that it is: the one of that name, else the only
 * path below it. A level of several paths is no category of sales; where some share a row, nobody can say that one is the only.
 */
export function categoriesIn(sales: readonly { category?: unknown; is_rest?: boolean }[]): ReadonlyMap<string, string> {
  const paths = sales.flatMap(({ category, is_rest = false }) => (typeof category === "string" && !is_rest ? [category] : []));
  const hasRest = sales.some(({ is_rest = false }) => is_rest);
  const levelOf = (path: string): string => path.split(BELOW, 1)[0] ?? path;
  const isOnly = (path: string): boolean => !hasRest && paths.filter((each) => levelOf(each) === levelOf(path)).length === 1;
  const below = paths.filter((path) => path.includes(BELOW) && isOnly(path));
  const named = paths.filter((path) => !path.includes(BELOW));
  return new Map([...below, ...named].map((path) => [levelOf(path), path]));
}

export interface Option {
  value: string;
  label: string;
}

/** Return all, what there is, and what is chosen, should there be no such thing: the panels say so. */
export function options(all: string, found: readonly Option[], chosen: string): Option[] {
  const lacks = chosen !== "" && !found.some((each) => each.value === chosen);
  return [{ value: "", label: all }, ...found, ...(lacks ? [{ value: chosen, label: chosen }] : [])];
}

/** Return what the chosen values are called, for a title. */
export function labelsOf(choices: readonly { options: readonly Option[]; value: string }[]): string[] {
  return choices.filter((each) => each.value !== "").map((each) => each.options.find((option) => option.value === each.value)?.label ?? each.value);
}

/** Return the name of a file that says what it is of; a channel may be called anything. */
export function fileName(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "")).filter((part) => part !== "").join("-");
}

/** Return the share of all that came to the last step that the shop records; null where nobody could. */
export function conversionOf(steps: readonly FunnelStep[]): number | null {
  return steps.findLast((step) => step.reason === null)?.conversion ?? null;
}

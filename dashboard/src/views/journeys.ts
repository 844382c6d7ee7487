/** What the page of journeys computes of graphs and funnels. */
import type { Funnel, FunnelStep, PathGraph, PathLink, PathNode } from "../types.ts";

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

/** The value of a choice of channel: a channel may be called anything, and none or the folded ones have no name. */
export function channelKey({ channel, is_folded }: { channel: string | null; is_folded: boolean }): string {
  return is_folded ? "*" : channel === null ? "-" : `c:${channel}`;
}

/** Return the steps of a channel; of all without one, null where there is none of the key. */
export function stepsOfChannel(funnel: Funnel, key: string): FunnelStep[] | null {
  if (key === "") return funnel.steps;
  return funnel.by_channel.find((each) => channelKey(each) === key)?.steps ?? null;
}

/** Return the share of all that came to the last step that the shop records; null where nobody could. */
export function conversionOf(steps: readonly FunnelStep[]): number | null {
  return steps.findLast((step) => step.reason === null)?.conversion ?? null;
}

/** What the pages of segments compute from the API's answers before they draw it. */
import type { TreemapNode } from "../chart/options.ts";
import { money, nameOfId, number, plainMoney, readable } from "../format.ts";
import { texts } from "../texts/index.ts";
import { at, capital, word } from "../texts/words.ts";
import { written } from "./said.ts";
import { type ClusterName, type Clusters, type Migration, type SegmentCell, type SegmentMap, type SegmentRow } from "../types.ts";

export const METHODS = ["rfm", "lifecycle", "behaviour", "kmeans"] as const;
export type Method = (typeof METHODS)[number];

type Known = Record<string, Record<string, { name: string; description: string } | undefined> | undefined>;
const KNOWN: Known = texts.segments.known;
const said = texts.said.segments;

/** Return what a segment is called here, where this page knows it; it does not know clusters. */
export function segmentName(method: string, id: string, otherwise = nameOfId(id)): string {
  return KNOWN[method]?.[id]?.name ?? otherwise;
}

/** Return names by id, in the words of this page. */
export function namesInOurWords(names: Record<string, string>, method: Method): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([id, name]) => [id, segmentName(method, id, name)]));
}

/** Return an answer whose segments have their names and descriptions in the words of this page. */
export function withOurWords<Row extends Pick<SegmentRow, "segment_id" | "name">, A extends { segments: Row[] }>(found: A, method: Method): A {
  return { ...found, segments: found.segments.map((row) => ({ ...row, ...KNOWN[method]?.[row.segment_id], ...clusterWords(row), ...ruleWords(row, method) })) };
}

/** Return what a feature of clusters is called, in small letters. */
export function featureName(feature: string): string {
  return word(texts.segments.features, feature, readable(feature));
}

const isAmount = (feature: string): boolean => feature.endsWith("_minor");

/** Write a figure of a feature. */
export function featureText(value: number | null, feature: string, currency: string): string {
  return isAmount(feature) ? money(value, currency) : number(value, 2);
}

/** Return a figure of a feature as a number of the unit that `featureUnit` names. */
export function featureValue(value: number | null, feature: string, currency: string): number | null {
  return value !== null && isAmount(feature) ? Number(plainMoney(value, currency)) : value;
}

/** Return the currency of an amount; other features say in their name what they count. */
export function featureUnit(feature: string, currency: string): string | null {
  return isAmount(feature) ? currency : null;
}

/** Return what a cluster is called by what sets it apart; an older run has the name alone. */
export function clusterName({ name, name_parts }: { name: string; name_parts?: ClusterName }): string {
  if (!name_parts) return name;
  const traits = name_parts.traits.map(({ feature, is_high }) => at(said.traits, feature)?.[Number(is_high)] ?? (is_high ? said.highIn : said.lowIn)(featureName(feature)));
  const called = capital(traits.join(", ") || said.average);
  const told = name_parts.apart ? said.apart(called, featureName(name_parts.apart.feature), name_parts.apart.median) : called;
  return name_parts.number === null ? told : said.numbered(told, name_parts.number);
}

function clusterWords(row: object): { name?: string } {
  return "name_parts" in row ? { name: clusterName(row as Pick<SegmentRow, "name" | "name_parts">) } : {};
}

/** Say a rule with its numbers; a run that does not tell all of them keeps its own sentence. */
function ruleWords(row: object, method: Method): { rule?: string } {
  const { segment_id, limits } = row as Partial<SegmentRow>;
  if (limits === undefined || segment_id === undefined || (method !== "lifecycle" && method !== "behaviour")) return {};
  const sentence = at<(limits: Record<string, number | undefined>) => string>(said[method], segment_id);
  const rule = sentence && written(sentence, limits);
  return rule ? { rule } : {};
}

export function clustersInOurWords(found: Clusters): Clusters {
  return { ...found, clusters: found.clusters.map((cluster) => ({ ...cluster, name: clusterName(cluster) })) };
}

export const MAP_MEASURES = ["value", "net", "customers"] as const;
export type MapMeasure = (typeof MAP_MEASURES)[number];

/** Return a cell's figure; one without customers has none, so that it stays blank. */
export function cellValue(cell: SegmentCell, measure: MapMeasure): number | null {
  if (cell.customers === 0) return null;
  if (measure === "customers") return cell.customers;
  return measure === "net" ? cell.net_minor : cell.mean_monetary_minor;
}

/** From the top down: who bought last comes first. */
export const RECENCY_SCORES = [5, 4, 3, 2, 1] as const;
export const FREQUENCY_SCORES = [1, 2, 3, 4, 5] as const;

/** Return the cell at a place of the map: columns are scores of frequency, rows of recency. */
export function cellAt(map: SegmentMap, column: number, row: number): SegmentCell | undefined {
  const [f, r] = [FREQUENCY_SCORES[column], RECENCY_SCORES[row]];
  return map.cells.find((cell) => cell.f === f && cell.r === r);
}

/** Return the cells as a heat map has them: column, row, figure. */
export function mapCells(map: SegmentMap, measure: MapMeasure): [number, number, number | null][] {
  return map.cells.map((cell) => [FREQUENCY_SCORES.indexOf(cell.f as 1), RECENCY_SCORES.indexOf(cell.r as 1), cellValue(cell, measure)]);
}

/** Return what a score takes: at most so many days, at least so many purchases; null for the lowest score. */
export function cutOf(cuts: SegmentMap["cuts"], letter: "r" | "f", score: number): number | null {
  return score < 2 ? null : (cuts[letter]?.[score - 2] ?? null);
}

/** Return a segment's net revenue by its customers; null without any. */
export function netPerCustomer({ customers, net_minor }: Pick<SegmentRow, "customers" | "net_minor">): number | null {
  return customers > 0 ? net_minor / customers : null;
}

/** Areas of segments; one that brought nothing has none, and is named apart. */
export function areas(segments: readonly SegmentRow[], of: "customers" | "net_minor", note: (row: SegmentRow) => string): { nodes: TreemapNode[]; leftOut: string[] } {
  const isShown = (row: SegmentRow): boolean => row[of] > 0;
  return {
    nodes: segments.filter(isShown).map((row) => ({ name: row.name, value: row[of], colour: netPerCustomer(row), id: row.segment_id, note: note(row) })),
    leftOut: segments.filter((row) => !isShown(row)).map((row) => row.name),
  };
}

export interface Flows {
  nodes: { name: string; label: string; depth: number }[];
  links: { source: string; target: string; value: number }[];
}

/** Return who moved as flows from the left to the right; those who stayed only where everybody is asked for. */
export function migrationFlows(found: Migration, { hasStayed, isNew, isGone }: { hasStayed: boolean; isNew: string; isGone: string }): Flows {
  const nodes = new Map<string, Flows["nodes"][number]>();
  const node = (side: "from" | "to", id: string | null): string => {
    const name = `${side}:${id ?? ""}`;
    const label = id === null ? (side === "from" ? isNew : isGone) : (found.names[id] ?? id);
    nodes.set(name, { name, label, depth: side === "from" ? 0 : 1 });
    return name;
  };
  const links = found.moves
    .filter((move) => move.customers > 0 && (hasStayed || move.from_segment_id !== move.to_segment_id))
    .map((move) => ({ source: node("from", move.from_segment_id), target: node("to", move.to_segment_id), value: move.customers }));
  return { nodes: [...nodes.values()], links };
}

/** Return the points by cluster, in the clusters' order; a cluster none of whose customers were drawn is empty. */
export function pointsByCluster(found: Clusters): { name: string; points: [number, number][] }[] {
  const groups = new Map(found.clusters.map((cluster) => [cluster.cluster_id, { name: cluster.name, points: [] as [number, number][] }]));
  for (const { x, y, cluster } of found.points) groups.get(cluster)?.points.push([x, y]);
  return [...groups.values()];
}

/** Return the names of the features that weigh most in a component, the heaviest first. */
export function heaviest(weights: Record<string, number>, most = 3): string[] {
  return Object.entries(weights)
    .toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, most)
    .map(([name]) => name);
}

/** Return the features in which customers differ, those that set the clusters apart most first. */
export function tellingFeatures(found: Clusters, most = 14): string[] {
  const spread = (feature: string): number => Math.max(0, ...found.clusters.map((cluster) => Math.abs(cluster.profile[feature]?.z ?? 0)));
  return found.features
    .filter((feature) => found.clusters.some((cluster) => cluster.profile[feature]?.z !== null && cluster.profile[feature]?.z !== undefined))
    .toSorted((a, b) => spread(b) - spread(a))
    .slice(0, most);
}

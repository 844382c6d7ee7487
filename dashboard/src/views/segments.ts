/** What the pages of segments compute from the API's answers before they draw it. */
import type { TreemapNode } from "../chart/options.ts";
import { nameOfId } from "../format.ts";
import { texts } from "../texts/index.ts";
import { type Clusters, type Migration, type SegmentCell, type SegmentMap, type SegmentRow } from "../types.ts";

export const METHODS = ["rfm", "lifecycle", "behaviour", "kmeans"] as const;
export type Method = (typeof METHODS)[number];

type Known = Record<string, Record<string, { name: string; description: string } | undefined> | undefined>;
const KNOWN: Known = texts.segments.known;

/** Return what a segment is called here, where this page knows it; it does not know clusters. */
export function segmentName(method: string, id: string, otherwise = nameOfId(id)): string {
  return KNOWN[method]?.[id]?.name ?? otherwise;
}

/** Return names by id, in the words of this page. */
export function inOurWords(names: Record<string, string>, method: Method): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([id, name]) => [id, segmentName(method, id, name)]));
}

/** Return an answer whose segments have their names and descriptions in the words of this page. */
export function withOurWords<Row extends Pick<SegmentRow, "segment_id" | "name">, A extends { segments: Row[] }>(found: A, method: Method): A {
  return { ...found, segments: found.segments.map((row) => ({ ...row, ...KNOWN[method]?.[row.segment_id] })) };
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

/** Areas of segments; one that brought nothing has none, and is named apart. */
export function areas(segments: readonly SegmentRow[], of: "customers" | "net_minor", note: (row: SegmentRow) => string): { nodes: TreemapNode[]; leftOut: string[] } {
  const isShown = (row: SegmentRow): boolean => row[of] > 0;
  return {
    nodes: segments.filter(isShown).map((row) => ({ name: row.name, value: row[of], id: row.segment_id, note: note(row) })),
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

/** What only the clusters have: the plane, their profiles, and how many there are. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { heatmap, scatter, trend } from "../../chart/options.ts";
import { number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import type { Clusters } from "../../types.ts";
import { notYet } from "../shared/notYet.ts";
import { clustersInOurWords, featureName, featureText, featureUnit, featureValue, heaviest, pointsByCluster, tellingFeatures } from "../../views/segments.ts";
import { toSegment } from "./ofMethod.ts";

const words = texts.segments;

const load = async (): Promise<Clusters> => clustersInOurWords(await notYet(api().get<Clusters>("/analytics/segments/clusters")));

export function PlanePanel(): VNode {
  return (
    <Panel
      title={words.scatter}
      definition={words.scatterDefinition}
      unit={words.planeUnit}
      load={load}
      deps={[]}
      enough={(found) => found.points_reason}
      isEmpty={(found) => found.points.length === 0}
      height={460}
      chart={(found) => {
        const axis = (at: number): string => words.component(at + 1, percent(found.components[at]?.variance_share, 0));
        return scatter({ groups: pointsByCluster(found), xName: axis(0), yName: axis(1), format: (value) => number(value, 2) });
      }}
      chartLabel={(found) => words.plane(pointsByCluster(found).map(({ name, points }) => texts.chart.told(`${name}:`, texts.counts.customers(points.length))))}
      rows={(found) => {
        const names = new Map(found.clusters.map((cluster) => [cluster.cluster_id, cluster.name]));
        return {
          columns: [
            { key: "cluster", label: words.cluster },
            { key: "x", label: words.x, definition: words.componentDefinition, kind: "number", digits: 3 },
            { key: "y", label: words.y, definition: words.componentDefinition, kind: "number", digits: 3 },
          ],
          rows: found.points.map(({ x, y, cluster }) => ({ cluster: names.get(cluster) ?? String(cluster), x, y })),
        };
      }}
      note={(found) =>
        [
          words.points(found.points.length, found.customers),
          ...found.components.map((component, at) => words.madeOf(at + 1, heaviest(component.weights).map(featureName).join(", "))),
        ].join(" ")
      }
      csvName="cluster-points"
    />
  );
}

export function ProfilesPanel(): VNode {
  return (
    <Panel
      title={words.profiles}
      definition={words.profilesDefinition}
      unit={words.zUnit}
      load={load}
      deps={[]}
      enough={(found) => (found.clusters.length < 2 ? (found.reason ?? texts.panel.notEnough) : null)}
      height={460}
      chart={(found, theme) => {
        const features = tellingFeatures(found);
        const values = features.flatMap((feature) => found.clusters.map((cluster) => cluster.profile[feature]?.z ?? null));
        const most = Math.max(1, ...values.map((value) => Math.abs(value ?? 0)));
        return heatmap(
          {
            columns: found.clusters.map((cluster) => cluster.name),
            rows: features.map(featureName),
            cells: features.flatMap((feature, row) => found.clusters.map((cluster, column) => [column, row, cluster.profile[feature]?.z ?? null] as const)),
            format: (value) => number(value, 1),
            longFormat: (value) => words.deviations(number(value, 1)),
            min: -most,
            max: most,
            note: (column, row) => {
              const feature = features[row] ?? "";
              const told = found.clusters[column]?.profile[feature];
              const written = (value: number | null): string => featureText(value, feature, found.currency);
              return told ? `${words.mean} ${written(told.mean)}\n${words.median} ${written(told.median)}` : "";
            },
          },
          { ...theme, sequential: theme.diverging },
        );
      }}
      rows={(found) => ({
        columns: [
          { key: "cluster", label: words.cluster, href: (row) => toSegment(String(row["id"]), "kmeans") },
          { key: "feature", label: words.feature },
          { key: "unit", label: words.unit },
          { key: "mean", label: words.mean, kind: "number", digits: 2, isInRowsUnit: true },
          { key: "median", label: words.median, kind: "number", digits: 2, isInRowsUnit: true },
          { key: "z", label: words.z, kind: "number", digits: 2 },
        ],
        rows: found.clusters.flatMap((cluster) =>
          Object.entries(cluster.profile).map(([feature, { mean, median, z }]) => ({
            id: cluster.cluster_id,
            cluster: cluster.name,
            feature: featureName(feature),
            unit: featureUnit(feature, found.currency),
            mean: featureValue(mean, feature, found.currency),
            median: featureValue(median, feature, found.currency),
            z,
          })),
        ),
      })}
      csvName="cluster-profiles"
    />
  );
}

export function ChoicePanel(): VNode {
  return (
    <Panel
      title={words.choice}
      definition={words.choiceDefinition}
      unit={words.choiceUnit}
      load={load}
      deps={[]}
      enough={(found) => (found.by_k.length === 0 ? (found.reason ?? texts.panel.notEnough) : null)}
      chart={(found) =>
        trend({
          x: found.by_k.map((each) => String(each.k)),
          series: [
            { name: words.silhouette, values: found.by_k.map((each) => each.silhouette) },
            { name: words.stability, values: found.by_k.map((each) => each.stability), isDashed: true },
          ],
          format: (value) => number(value, 3),
        })
      }
      rows={(found) => ({
        columns: [
          { key: "k", label: words.k, kind: "number" },
          { key: "silhouette", label: words.silhouette, kind: "number", digits: 3 },
          { key: "stability", label: words.stability, kind: "number", digits: 3 },
        ],
        rows: found.by_k.map(({ k, silhouette, stability }) => ({ k, silhouette, stability })),
      })}
      note={(found) => found.reason ?? words.chosen(found.k)}
      csvName="cluster-choice"
    />
  );
}

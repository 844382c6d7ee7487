/** What only the clusters have: the plane, their profiles, and how many there are. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { heatmap, scatter, trend } from "../../chart/options.ts";
import { number, percent, readable } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import type { Clusters } from "../../types.ts";
import { notYet } from "../shared/notYet.ts";
import { heaviest, pointsByCluster, tellingFeatures } from "../../views/segments.ts";
import { toSegment } from "./ofMethod.ts";

const words = texts.segments;

const load = (): Promise<Clusters> => notYet(api().get<Clusters>("/analytics/segments/clusters"));

export function PlanePanel(): VNode {
  return (
    <Panel
      title={words.scatter}
      definition={words.scatterDefinition}
      load={load}
      deps={[]}
      enough={(found) => found.points_reason}
      isEmpty={(found) => found.points.length === 0}
      height={460}
      chart={(found) => {
        const axis = (at: number): string => words.component(at + 1, percent(found.components[at]?.variance_share, 0));
        return scatter({ groups: pointsByCluster(found), xName: axis(0), yName: axis(1) });
      }}
      rows={(found) => {
        const names = new Map(found.clusters.map((cluster) => [cluster.cluster_id, cluster.name]));
        return {
          columns: [
            { key: "cluster", label: words.cluster },
            { key: "x", label: words.x, kind: "number", digits: 3 },
            { key: "y", label: words.y, kind: "number", digits: 3 },
          ],
          rows: found.points.map(({ x, y, cluster }) => ({ cluster: names.get(cluster) ?? String(cluster), x, y })),
        };
      }}
      note={(found) =>
        [
          words.points(found.points.length, found.customers),
          ...found.components.map((component, at) => words.madeOf(at + 1, heaviest(component.weights).map(readable).join(", "))),
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
      unit={words.z}
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
            rows: features.map(readable),
            cells: features.flatMap((feature, row) => found.clusters.map((cluster, column) => [column, row, cluster.profile[feature]?.z ?? null] as const)),
            format: (value) => number(value, 1),
            min: -most,
            max: most,
            note: (column, row) => {
              const told = found.clusters[column]?.profile[features[row] ?? ""];
              return told ? `${words.mean} ${number(told.mean, 2)}\n${words.median} ${number(told.median, 2)}` : "";
            },
          },
          { ...theme, sequential: theme.diverging },
        );
      }}
      rows={(found) => ({
        columns: [
          { key: "cluster", label: words.cluster, href: (row) => toSegment(String(row["id"]), "kmeans") },
          { key: "feature", label: words.feature },
          { key: "mean", label: words.mean, kind: "number", digits: 2 },
          { key: "median", label: words.median, kind: "number", digits: 2 },
          { key: "z", label: words.z, kind: "number", digits: 2 },
        ],
        rows: found.clusters.flatMap((cluster) => Object.entries(cluster.profile).map(([feature, told]) => ({ id: cluster.cluster_id, cluster: cluster.name, feature: readable(feature), ...told }))),
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

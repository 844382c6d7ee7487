import type { VNode } from "preact";
import { api } from "../api.ts";
import { useParam } from "../filters.ts";
import { percent } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Row } from "../panel/table.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Experiments as Kept } from "../types.ts";
import { Page } from "../ui/Page.tsx";
import { effects, EffectsPanel } from "./experiments/Effects.tsx";
import { HOLDOUT } from "../views/experiments.ts";
import { metricLabel } from "../views/experimentWords.ts";
import { useAnswer } from "./shared/useAnswer.ts";
import { ArmsPanel, IncrementalPanel, LiftsPanel, ValuesPanel, VerdictPanel } from "./experiments/Results.tsx";

const words = texts.experiments;

export default function Experiments(): VNode {
  const [experimentId] = useParam("experiment_id");
  return (
    <Page title={texts.pages.experiments} says={words.ownTime} head={useAnswer(effects, [])}>
      <ListPanel />
      <VerdictPanel experimentId={experimentId} />
      <LiftsPanel experimentId={experimentId} />
      <IncrementalPanel experimentId={experimentId} />
      <ArmsPanel experimentId={experimentId} />
      <ValuesPanel experimentId={experimentId} />
      <EffectsPanel />
    </Page>
  );
}

function ListPanel(): VNode {
  return (
    <Panel
      title={words.list}
      definition={words.listDefinition}
      load={() => api().experiments()}
      deps={[]}
      isEmpty={(found) => rowsOf(found).length === 0}
      emptyHelp={words.none}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.name, href: (row) => href("/experiments", { experiment_id: String(row["experiment_id"]) }) },
          { key: "state", label: words.state },
          { key: "hypothesis", label: words.hypothesis },
          { key: "arms", label: words.arms },
          { key: "coverage", label: words.coverage, definition: words.coverageDefinition, kind: "percent" },
          { key: "primary_metric", label: words.primary, isInFileOnly: true },
          { key: "started_at", label: words.started, kind: "instant" },
          { key: "stopped_at", label: words.stopped, kind: "instant" },
        ],
        rows: rowsOf(found),
      })}
      csvName="experiments"
    />
  );
}

function rowsOf({ experiments, holdout }: Kept): Row[] {
  const listed: Row[] = experiments.map((each) => ({
    experiment_id: each.experiment_id,
    name: each.name,
    state: words.states[each.state],
    hypothesis: each.hypothesis ?? null,
    arms: each.arms.map((arm) => `${String(arm["arm"])} (${percent(Number(arm["weight"]), 0)})`).join(", "),
    coverage: each["coverage"] === undefined ? null : Number(each["coverage"]),
    primary_metric: each.primary_metric ? metricLabel(each.primary_metric) : null,
    started_at: each.started_at ?? null,
    stopped_at: each.stopped_at ?? null,
  }));
  if (holdout && holdout.share > 0) {
    listed.push({ experiment_id: HOLDOUT, name: words.holdout, state: words.states.holdout, hypothesis: words.holdoutHypothesis, arms: null, coverage: holdout.share, primary_metric: null, started_at: holdout.since, stopped_at: null });
  }
  return listed;
}

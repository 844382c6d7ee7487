import { Fragment, type VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import { today } from "../filters.ts";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { DistributionPanel, DriftPanel } from "./health/DriftPanels.tsx";
import { AlarmsPanel, LivePanel, NextPanel } from "./health/Live.tsx";
import { CostPanel, ModelsPanel } from "./health/Models.tsx";
import { QualityPanel } from "./health/Quality.tsx";
import { RunsPanel } from "./health/Runs.tsx";
import { RefusedPanel, UploadsPanel } from "./health/Uploads.tsx";
import { useAnswer } from "./shared/useAnswer.ts";

export default function Health(): VNode {
  const [turn, setTurn] = useState(0);
  const head = useAnswer(() => api().segments(), []);
  return (
    <Page title={texts.pages.health} hasDates says={texts.health.newest} head={head} lastDay={today()}>
      <NextPanel key={`next-${turn}`} />
      <LivePanel turn={turn} onDone={() => setTurn(turn + 1)} />
      <Fragment key={`rest-${turn}`}>
        <UploadsPanel />
        <RefusedPanel />
        <QualityPanel />
        <DriftPanel />
        <DistributionPanel />
        <RunsPanel />
        <ModelsPanel />
        <CostPanel />
        <AlarmsPanel />
      </Fragment>
    </Page>
  );
}

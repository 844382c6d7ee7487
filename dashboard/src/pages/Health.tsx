import { Fragment, type VNode } from "preact";
import { useState } from "preact/hooks";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { DistributionPanel, DriftPanel } from "./health/DriftPanels.tsx";
import { AlarmsPanel, LivePanel, NextPanel, RunsPanel } from "./health/Live.tsx";
import { CostPanel, ModelsPanel } from "./health/Models.tsx";
import { QualityPanel, RefusedPanel, UploadsPanel } from "./health/Uploads.tsx";

export default function Health(): VNode {
  const [turn, setTurn] = useState(0);
  return (
    <Page title={texts.pages.health} isWholeTime={false}>
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

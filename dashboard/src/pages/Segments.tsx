import type { VNode } from "preact";
import { useChoice } from "../filters.ts";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { ChoicePanel, PlanePanel, ProfilesPanel } from "./segments/Clusters.tsx";
import { METHODS } from "../views/segments.ts";
import { Areas, Expected, PerformancePanel, SegmentTable } from "./segments/Overviews.tsx";
import { MapPanel, MigrationPanel } from "./segments/Rfm.tsx";

const words = texts.segments;

export default function Segments(): VNode {
  const [method, setMethod] = useChoice("method", METHODS);
  return (
    <Page
      title={texts.pages.segments}
      intro={words.methodIntro[method]}
      filters={<Select label={words.method} name="method" value={method} options={METHODS.map((value) => ({ value, label: words.methods[value] }))} onChange={setMethod} />}
    >
      {method === "rfm" && <MapPanel />}
      {method === "kmeans" && <PlanePanel />}
      <Areas method={method} of="customers" />
      <Areas method={method} of="net_minor" />
      <SegmentTable method={method} />
      <Expected method={method} />
      <PerformancePanel method={method} />
      {method === "rfm" && <MigrationPanel />}
      {method === "kmeans" && <ProfilesPanel />}
      {method === "kmeans" && <ChoicePanel />}
    </Page>
  );
}

import type { VNode } from "preact";
import { api } from "../api.ts";
import { useChoice } from "../filters.ts";
import { day } from "../format.ts";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { By, Earned, FunnelPanel, Versions } from "./recommendations/Effectiveness.tsx";
import { FIGURES } from "../views/recommendations.ts";
import { MetricsPanel } from "./recommendations/Metrics.tsx";
import { useAnswer } from "./shared/useAnswer.ts";
import { TryIt } from "./recommendations/TryIt.tsx";

const words = texts.recommendations;
const MORE = ["placement", "segment", "position"] as const;

export default function Recommendations(): VNode {
  const [figure, setFigure] = useChoice("figure", FIGURES);
  const [more, setMore] = useChoice("by", MORE);
  const report = useAnswer(() => api().effectiveness("model"), []);
  return (
    <Page
      title={texts.pages.recommendations}
      hasDates
      says={report ? words.ofReport(day(report.since), day(report.until)) : words.ofWholeReport}
      head={report}
      filters={<Select label={words.figure} name="figure" value={figure} options={FIGURES.map((value) => ({ value, label: words.figures[value] }))} onChange={setFigure} />}
    >
      <Earned />
      <FunnelPanel />
      <By by="day" figure={figure} title={words.byDay} definition={words.byDayDefinition} />
      <By by="model" figure={figure} title={words.byModel} definition={words.byModelDefinition} />
      <By by="rung" figure={figure} title={words.byRung} definition={words.byRungDefinition} />
      <By
        by={more}
        figure={figure}
        title={words.byMore}
        definition={words.byMoreDefinition}
        size="full"
        controls={<Select label={words.by} name="by" value={more} options={MORE.map((value) => ({ value, label: words.dimensions[value] }))} onChange={setMore} />}
      />
      <Versions />
      <MetricsPanel />
      <TryIt />
    </Page>
  );
}

import type { VNode } from "preact";
import { api } from "../../api.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import { breachesInOurWords } from "../../views/healthWords.ts";

const words = texts.health;

/** The rules that the newest uploads break. */
export function QualityPanel(): VNode {
  return (
    <Panel
      title={words.quality}
      definition={words.qualityDefinition}
      load={async () => breachesInOurWords(await api().status())}
      deps={[]}
      isEmpty={(found) => found.breaches.length === 0}
      emptyHelp={words.noBreaches}
      rows={(found) => ({
        columns: [
          { key: "table", label: words.table, kind: "text" },
          { key: "rule", label: words.rule },
          { key: "severity", label: words.severity },
          { key: "says", label: words.says },
          { key: "object", label: words.file, kind: "text" },
          { key: "measured_at", label: words.at, kind: "instant" },
        ],
        rows: found.breaches.map(({ table, rule, severity, says, object, measured_at }) => ({ table, rule, severity, says, object, measured_at })),
      })}
      whenDated={words.ofNow}
      csvName="quality-breaches"
    />
  );
}

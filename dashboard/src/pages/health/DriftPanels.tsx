import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { bars } from "../../chart/options.ts";
import { useParam } from "../../filters.ts";
import { number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { href } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Drift, DriftedColumn } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { notYet } from "../shared/notYet.ts";
import { sentences } from "../shared/sentences.ts";
import { isSimulated } from "../shared/simulated.ts";
import { binnedColumns, type Drifted, driftedName, driftRows } from "../../views/health.ts";
import { driftInOurWords } from "../../views/healthWords.ts";

const words = texts.health;
const MOST_BARS = 15;

const load = async (): Promise<Drift> => driftInOurWords(await notYet(api().drift()));

export function DriftPanel(): VNode {
  const [, setColumn] = useParam("column");
  const shownOf = (found: Drift): Drifted[] => driftRows(found).filter((row) => row.times !== null).slice(0, MOST_BARS);
  const cut = (found: Drift): string | null => {
    const [shown, all] = [shownOf(found).length, driftRows(found).length];
    return shown < all ? texts.sales.chartShows(shown, all) : null;
  };
  return (
    <Panel
      size="half"
      title={words.drift}
      definition={words.driftDefinition}
      unit={words.driftUnit}
      shows={["times"]}
      load={load}
      deps={[]}
      enough={(found) => (found.verdict === "not enough data" ? (found.why ?? (found.reasons.join(" ") || (driftRows(found)[0]?.says ?? texts.panel.notEnough))) : null)}
      isSimulated={isSimulated}
      height={420}
      chart={(found) => {
        const shown = shownOf(found);
        return bars({ names: shown.map(driftedName), series: [{ name: words.times, values: shown.map((row) => row.times) }], format: (value) => words.timesOf(number(value, 2)), axisFormat: (value) => number(value, 2), isHorizontal: true });
      }}
      onPick={(picked, found) => {
        const column = shownOf(found)[picked.dataIndex]?.column;
        if (column) setColumn(column);
      }}
      rows={(found) => ({
        columns: [
          { key: "part", label: words.part },
          { key: "column", label: words.column, kind: "text", href: (row) => (row["column"] ? href("/health", { column: String(row["column"]) }) : null) },
          { key: "verdict", label: words.verdict },
          { key: "value", label: words.value, definition: words.valueDefinition, kind: "number", digits: 4 },
          { key: "threshold", label: words.threshold, definition: words.thresholdDefinition, kind: "number", digits: 4 },
          { key: "times", label: words.times, definition: words.timesDefinition, kind: "number", digits: 2 },
          { key: "says", label: words.says },
        ],
        rows: driftRows(found).map((row) => ({ ...row, part: words.parts[row.part], verdict: words.verdicts[row.verdict] })),
      })}
      whenDated={words.ofNow}
      note={(found) => sentences(words.overall(words.verdicts[found.verdict]), ...found.reasons, cut(found))}
      csvName="drift"
    />
  );
}

export function DistributionPanel(): VNode {
  const [asked, setColumn] = useParam("column");
  const [names, setNames] = useState<readonly string[]>([]);
  const columnOf = (found: Drift): DriftedColumn | undefined => {
    const binned = binnedColumns(found);
    return binned.find((column) => column.column === asked) ?? binned[0];
  };
  const shown = asked && names.includes(asked) ? asked : (names[0] ?? "");
  return (
    <Panel
      size="half"
      title={words.distribution}
      definition={words.distributionDefinition}
      unit={(found) => texts.units.of(columnOf(found)?.column ?? "", words.shareOfRows)}
      load={async () => {
        const found = await load();
        setNames(binnedColumns(found).map((column) => column.column));
        return found;
      }}
      deps={[asked]}
      enough={(found) => (columnOf(found) ? null : (found.why ?? words.noBins))}
      isSimulated={isSimulated}
      height={420}
      controls={names.length > 0 ? <Select label={words.column} name="column" value={shown} options={names.map((value) => ({ value, label: value }))} onChange={setColumn} /> : undefined}
      chart={(found) => {
        const bins = columnOf(found)?.bins ?? [];
        return bars({
          names: bins.map(({ bin }) => bin),
          series: [
            { name: words.reference, values: bins.map(({ reference }) => reference) },
            { name: words.current, values: bins.map(({ current }) => current) },
          ],
          format: (value) => percent(value),
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "bin", label: words.bin, kind: "text" },
          { key: "reference", label: words.reference, definition: words.referenceDefinition, kind: "percent" },
          { key: "current", label: words.current, definition: words.currentDefinition, kind: "percent" },
        ],
        rows: (columnOf(found)?.bins ?? []).map((bin) => ({ ...bin })),
      })}
      whenDated={words.ofNow}
      csvName={`drift-${shown || "column"}`}
    />
  );
}

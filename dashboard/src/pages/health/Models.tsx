/** Versions of models, and what runs cost. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars } from "../../chart/options.ts";
import { useChoice } from "../../filters.ts";
import { day, number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Table } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";
import { word } from "../../texts/words.ts";
import type { CostOfRuns, ModelVersion } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { reasonsOnce, type VersionRow } from "../../views/health.ts";
import { sentences } from "../shared/sentences.ts";

const words = texts.health;
const WHICH = ["all", "released"] as const;

function ndcgOf(version: ModelVersion): number | null {
  const found = version.metrics?.["ndcg_at_10"] as { value?: number } | undefined;
  return found?.value ?? null;
}

/** The versions; why a run decided so stands once, though it is so of each of its models. The CSV file has it in each row. */
export function ModelsPanel(): VNode {
  const [which, setWhich] = useChoice("versions", WHICH);
  return (
    <Panel
      title={words.models}
      definition={words.modelsDefinition}
      load={() => api().models({ limit: 100, ...(which === "released" ? { released: true } : {}) })}
      deps={[which]}
      isEmpty={(found) => found.models.length === 0}
      emptyHelp={words.noModels}
      controls={<Select label={words.which} name="versions" value={which} options={WHICH.map((value) => ({ value, label: words.whiches[value] }))} onChange={setWhich} />}
      rows={(found) => tableOf(reasonsOnce(rowsOf(found.models)))}
      whenDated={words.ofNow}
      csvName="model-versions"
    />
  );
}

function rowsOf(versions: readonly ModelVersion[]): VersionRow[] {
  return versions.map((version) => ({
    model: version.model,
    version: version.version,
    state: words.modelStates[version.state],
    decision: words.decisions[version.decision],
    ndcg: ndcgOf(version),
    customers: version.customers,
    created_at: version.created_at,
    kept_until: version.kept_until || null,
    reason: version.reason,
  }));
}

function tableOf(rows: VersionRow[]): Table {
  return {
    columns: [
      { key: "model", label: words.model, kind: "text" },
      { key: "version", label: words.version, kind: "text" },
      { key: "state", label: words.state },
      { key: "decision", label: words.decision },
      { key: "ndcg", label: words.ndcg, kind: "number", digits: 4 },
      { key: "customers", label: words.customers, definition: words.measuredDefinition, kind: "number" },
      { key: "created_at", label: words.created, kind: "instant" },
      { key: "kept_until", label: words.keptUntil, kind: "instant", isInFileOnly: true },
      { key: "reason", label: words.reason },
    ],
    rows,
  };
}

export function machineName(machine: string): string {
  return word(words.machines, machine);
}

export function CostPanel(): VNode {
  return (
    <Panel
      title={words.cost}
      definition={words.costDefinition}
      unit={words.costUnit}
      load={() => api().get<CostOfRuns>("/cost")}
      deps={[]}
      isEmpty={(found) => Object.keys(found.machines).length === 0}
      emptyHelp={words.noCost}
      height={220}
      chart={(found) =>
        bars({
          names: Object.keys(found.machines).map(machineName),
          series: [{ name: words.meanUsd, values: Object.values(found.machines).map(({ usd }) => usd) }],
          format: (value) => words.usd(number(value, 6)),
          isHorizontal: true,
        })
      }
      rows={(found) => ({
        columns: [
          { key: "machine", label: words.machine },
          { key: "runs", label: words.runCount, definition: words.runCountDefinition, kind: "number" },
          { key: "usd", label: words.meanUsd, definition: words.costDefinition, unit: "USD", kind: "number", digits: 6 },
          { key: "seconds", label: words.meanSeconds, definition: words.meanSecondsDefinition, unit: words.secondsUnit, kind: "number", digits: 1 },
          { key: "last", label: words.lastRun, kind: "text" },
          { key: "last_usd", label: words.lastUsd, definition: words.lastUsdDefinition, unit: "USD", kind: "number", digits: 6 },
        ],
        rows: Object.entries(found.machines).map(([machine, { runs, usd, seconds, last }]) => ({ machine: machineName(machine), runs, usd, seconds, last: last.run_id, last_usd: last.cost.usd })),
      })}
      whenDated={words.ofNow}
      note={(found) => sentences(words.month(number(found.month.usd, 4), found.month.runs), words.prices(day(found.prices_read_on)))}
      csvName="cost"
    />
  );
}

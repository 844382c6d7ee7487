import type { VNode } from "preact";
import { api } from "../../api.ts";
import { isDated, useFilters } from "../../filters.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import { word } from "../../texts/words.ts";
import { newestRuns, whyOf } from "../../views/health.ts";
import { sentences } from "../shared/sentences.ts";
import { machineName } from "./Models.tsx";

const words = texts.health;

/** The newest runs of each state machine, or those that ended on the chosen days. */
export function RunsPanel(): VNode {
  const { start, end } = useFilters();
  return (
    <Panel
      title={words.runs}
      definition={words.runsDefinition}
      load={() => api().status({ start, end })}
      deps={[start, end]}
      isEmpty={(found) => newestRuns(found.runs).length === 0}
      emptyHelp={isDated({ start, end }) ? words.noRunsThen : words.noRuns}
      rows={(found) => ({
        columns: [
          { key: "machine", label: words.machine },
          { key: "run_id", label: words.run, kind: "text" },
          { key: "status", label: words.status },
          { key: "began", label: words.began, kind: "instant" },
          { key: "seconds", label: words.seconds, definition: words.secondsDefinition, unit: words.secondsUnit, kind: "number", digits: 0 },
          { key: "published", label: words.wasPublished },
          { key: "engine", label: words.engine, definition: words.engineDefinition },
          { key: "reason", label: words.reason },
          { key: "engine_reason", label: words.engineReason, isInFileOnly: true },
        ],
        rows: newestRuns(found.runs).map((run) => ({
          machine: machineName(run.machine),
          run_id: run.run_id,
          status: word(words.runStates, run.status),
          began: run.began,
          seconds: run.seconds,
          published: run.published,
          engine: run.engine ? word(words.engines, run.engine) : null,
          reason: whyOf(run),
          engine_reason: run.engine_reason || null,
        })),
      })}
      note={(found) => (isDated({ start, end }) ? sentences(words.runsEnded, found.runs_left_out ? words.runsLeftOut(found.runs_left_out) : null) : null)}
      csvName="runs"
    />
  );
}

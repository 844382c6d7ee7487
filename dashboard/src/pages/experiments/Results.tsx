import type { VNode } from "preact";
import { api } from "../../api.ts";
import { bars, intervals } from "../../chart/options.ts";
import { useChoice } from "../../filters.ts";
import { change, money, number, percent } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Why } from "../../panel/state.ts";
import { texts } from "../../texts/index.ts";
import { Figure } from "../../ui/Figure.tsx";
import { Select } from "../../ui/Select.tsx";
import { notYet } from "../shared/notYet.ts";
import { isSimulated } from "../shared/simulated.ts";
import type { ExperimentResults } from "../../types.ts";
import { inUnit, liftIntervals, missingOf, newestOf, primaryFirst, TESTS, writeP } from "../../views/experiments.ts";
import { reportInOurWords } from "../../views/experimentWords.ts";

const words = texts.experiments;

/** Ask for the results of an experiment; without an id of the one that began last, null where there is none. */
async function load(experimentId: string): Promise<ExperimentResults | null> {
  const id = experimentId || newestOf(await api().experiments());
  return id ? reportInOurWords(await notYet(api().experimentResults(id))) : null;
}

const isNone = (found: ExperimentResults | null): boolean => found === null;
/** Say it of panels whose `isEmpty` is of a list in the results, for which `emptyHelp` has other words. */
const none = (found: ExperimentResults | null): Why | null => (found === null ? { headline: texts.panel.empty, why: words.noExperiment } : null);
const isMade = (found: ExperimentResults | null): boolean => isSimulated(found);

export function VerdictPanel({ experimentId }: { experimentId: string }): VNode {
  return (
    <Panel
      title={words.verdict}
      definition={words.verdictDefinition}
      load={() => load(experimentId)}
      deps={[experimentId]}
      isEmpty={isNone}
      emptyHelp={words.noExperiment}
      isSimulated={isMade}
      height={160}
      render={(found) => (found ? <Verdict found={found} /> : <></>)}
      rows={(found) => ({
        columns: [
          { key: "experiment", label: words.experiment },
          { key: "verdict", label: words.verdict },
          { key: "p", label: words.sampleRatio, unit: "p", definition: words.sampleRatioDefinition, kind: "number", digits: 4 },
          { key: "units", label: words.units, definition: words.unitsDefinition, kind: "number" },
          { key: "left_out", label: words.leftOut, definition: words.leftOutDefinition, kind: "number" },
          { key: "days", label: words.days, definition: words.daysDefinition, kind: "number" },
          { key: "sentence", label: words.sentence },
        ],
        rows: found
          ? [{ experiment: found.name, verdict: words.codes[found.verdict.code], p: found.sample_ratio.p, units: found.units, left_out: found.crossovers + found.unexpected, days: found.days.count, sentence: found.verdict.sentence }]
          : [],
      })}
      note={(found) => (found && found.notes.length > 0 ? found.notes.join(" ") : null)}
      csvName={`experiment-${experimentId || "newest"}-verdict`}
    />
  );
}

function Verdict({ found }: { found: ExperimentResults }): VNode {
  const p = writeP(found.sample_ratio.p);
  return (
    <>
      <p>
        <strong>{found.name}</strong> <span class={found.verdict.code === "stopped" ? "badge" : "badge plain"}>{words.codes[found.verdict.code]}</span>
      </p>
      <p class="note">{found.verdict.sentence}</p>
      <div class="figures">
        <Figure label={words.sampleRatio} definition={words.sampleRatioDefinition} value={found.sample_ratio.fails ? words.ratioFails(p) : words.ratioHolds(p)} />
        <Figure label={words.units} definition={words.unitsDefinition} value={number(found.units)} />
        <Figure label={words.leftOut} definition={words.leftOutDefinition} value={number(found.crossovers + found.unexpected)} />
        <Figure label={words.days} definition={words.daysDefinition} value={number(found.days.count)} />
      </div>
    </>
  );
}

export function LiftsPanel({ experimentId }: { experimentId: string }): VNode {
  const [test, setTest] = useChoice("test", TESTS);
  return (
    <Panel
      title={words.lifts}
      definition={words.liftsDefinition}
      unit={texts.units.of(words.relative, "%")}
      load={() => load(experimentId)}
      deps={[experimentId, test]}
      enough={(found) => (found && found.metrics.every((metric) => metric.lifts.length === 0) ? found.verdict.sentence : null)}
      isEmpty={isNone}
      emptyHelp={words.noExperiment}
      isSimulated={isMade}
      controls={<Select label={words.test} name="test" value={test} options={TESTS.map((value) => ({ value, label: words.tests[value] }))} onChange={setTest} />}
      chart={(found, theme) => intervals(found ? liftIntervals(found, test, (metric, lift) => `${metric.label}: ${lift.arm}`) : [], (value) => change(value), theme, { intervalIs: words.testIntervals[test], nothingIs: words.noDifference })}
      rows={(found) => ({
        columns: [
          { key: "metric", label: words.metric },
          { key: "arm", label: words.arm },
          { key: "against", label: words.against },
          { key: "relative", label: words.relative, definition: words.relativeDefinition, kind: "percent", digits: 2 },
          { key: "low", label: words.low, definition: words.lowDefinition, kind: "percent", digits: 2 },
          { key: "high", label: words.high, definition: words.highDefinition, kind: "percent", digits: 2 },
          { key: "p", label: words.p, kind: "number", digits: 4 },
          { key: "significant", label: words.significant },
          { key: "detectable", label: words.detectable, definition: words.detectableDefinition, kind: "percent", digits: 2 },
        ],
        rows: (found ? primaryFirst(found) : []).flatMap((metric) =>
          metric.lifts.map((lift) => ({
            metric: metric.label,
            arm: lift.arm,
            against: lift.against,
            relative: lift.relative,
            low: lift[test].relative_low,
            high: lift[test].relative_high,
            p: lift[test].corrected_p,
            significant: lift.significant,
            detectable: lift.detectable_relative,
          })),
        ),
      })}
      note={(found) => (found ? missingOf(found).join("; ") || null : null)}
      csvName={`experiment-${experimentId || "newest"}-lifts`}
    />
  );
}

export function IncrementalPanel({ experimentId }: { experimentId: string }): VNode {
  return (
    <Panel
      size="half"
      title={words.incremental}
      definition={words.incrementalDefinition}
      unit={(found) => found?.currency ?? ""}
      load={() => load(experimentId)}
      deps={[experimentId]}
      enough={(found) => (found && found.incremental_revenue.length === 0 ? found.verdict.sentence : null)}
      isEmpty={isNone}
      emptyHelp={words.noExperiment}
      isSimulated={isMade}
      chart={(found, theme) =>
        intervals(
          (found?.incremental_revenue ?? []).map((each) => ({ name: each.of, value: each.value_minor, low: each.sequential.low_minor, high: each.sequential.high_minor })),
          (value) => money(value, found?.currency ?? "", { isCompact: true, isSigned: true }),
          theme,
          { intervalIs: words.testIntervals.sequential, nothingIs: words.nothingEarned },
        )
      }
      rows={(found) => ({
        columns: [
          { key: "of", label: words.arm },
          { key: "against", label: words.against },
          { key: "value_minor", label: words.incrementalValue, definition: words.incrementalDefinition, kind: "money" },
          { key: "low_minor", label: words.low, definition: words.lowDefinition, kind: "money" },
          { key: "high_minor", label: words.high, definition: words.highDefinition, kind: "money" },
          { key: "observed_minor", label: words.observed, definition: words.observedDefinition, kind: "money" },
          { key: "units", label: words.units, definition: words.unitsDefinition, kind: "number" },
        ],
        rows: (found?.incremental_revenue ?? []).map(({ of, against, value_minor, observed_minor, units, sequential }) => ({ of, against, value_minor, ...sequential, observed_minor, units })),
      })}
      csvName={`experiment-${experimentId || "newest"}-revenue`}
    />
  );
}

export function ArmsPanel({ experimentId }: { experimentId: string }): VNode {
  return (
    <Panel
      size="half"
      title={words.armsTable}
      definition={words.armsDefinition}
      unit={texts.units.shareOf(words.ofVisitors)}
      load={() => load(experimentId)}
      deps={[experimentId]}
      enough={none}
      isEmpty={(found) => found?.arms.length === 0}
      isSimulated={isMade}
      chart={(found) => {
        const arms = found?.arms ?? [];
        return bars({
          names: arms.map((arm) => arm.arm),
          series: [
            { name: words.expectedShare, values: arms.map((arm) => arm.expected_share) },
            { name: words.observedShare, values: arms.map((arm) => arm.observed_share) },
          ],
          format: (value) => percent(value, 2),
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "arm", label: words.arm },
          { key: "kind", label: words.kind },
          { key: "units", label: words.units, definition: words.unitsDefinition, kind: "number" },
          { key: "expected_share", label: words.expectedShare, definition: words.expectedShareDefinition, kind: "percent", digits: 2 },
          { key: "observed_share", label: words.observedShare, definition: words.observedShareDefinition, kind: "percent", digits: 2 },
          { key: "buyers", label: words.buyers, definition: words.buyersDefinition, kind: "number" },
          { key: "impressions", label: words.impressions, definition: words.impressionsDefinition, kind: "number" },
          { key: "clicks", label: words.clicks, definition: words.clicksDefinition, kind: "number" },
          { key: "carts", label: words.carts, definition: words.cartsDefinition, kind: "number" },
          { key: "orders", label: words.orders, definition: words.ordersDefinition, kind: "number" },
          { key: "revenue_minor", label: words.revenue, definition: words.revenueDefinition, kind: "money" },
        ],
        rows: (found?.arms ?? []).map((arm) => ({ ...arm })),
      })}
      csvName={`experiment-${experimentId || "newest"}-arms`}
    />
  );
}

export function ValuesPanel({ experimentId }: { experimentId: string }): VNode {
  return (
    <Panel
      title={words.values}
      definition={words.valuesDefinition}
      load={() => load(experimentId)}
      deps={[experimentId]}
      enough={(found) => none(found) ?? (found?.stopped ? found.verdict.sentence : null)}
      isEmpty={(found) => found?.metrics.length === 0}
      isSimulated={isMade}
      rows={(found) => {
        const currency = found?.currency ?? "";
        return {
          columns: [
            { key: "metric", label: words.metric },
            { key: "arm", label: words.arm },
            { key: "unit", label: words.unit },
            { key: "value", label: words.value, definition: words.valuesDefinition, kind: "number", digits: 2, isInRowsUnit: true },
            { key: "low", label: words.low, definition: words.lowDefinition, kind: "number", digits: 2, isInRowsUnit: true },
            { key: "high", label: words.high, definition: words.highDefinition, kind: "number", digits: 2, isInRowsUnit: true },
            { key: "events", label: words.events, definition: words.eventsDefinition, kind: "number" },
          ],
          rows: (found ? primaryFirst(found) : []).flatMap((metric) =>
            metric.arms.map((arm) => {
              const [value, low, high] = [arm.value, arm.low, arm.high].map((each) => inUnit(each, metric.unit, currency));
              return { metric: metric.label, arm: arm.arm, unit: metric.unit === "share" ? "%" : currency, value, low, high, events: arm.events };
            }),
          ),
        };
      }}
      csvName={`experiment-${experimentId || "newest"}-metrics`}
    />
  );
}

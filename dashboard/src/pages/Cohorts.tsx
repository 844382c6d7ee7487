import type { EChartsOption } from "echarts";
import type { VNode } from "preact";
import { api } from "../api.ts";
import { heatmap, trend } from "../chart/options.ts";
import type { ChartOption } from "../chart/key.ts";
import type { ChartTheme } from "../chart/palette.ts";
import { isDated, useFilters, useParam } from "../filters.ts";
import { day, money, percent, period } from "../format.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Column, Table } from "../panel/table.ts";
import type { Unit } from "../panel/unit.ts";
import { texts } from "../texts/index.ts";
import type { Cohorts as Answer } from "../types.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { useAnswer } from "./shared/useAnswer.ts";
import { averageOf, cellAt, type Cohort, cohortsOf, curveOf, type Measure, offsetsOf, runningAt, spread, within } from "../views/cohorts.ts";

const words = texts.cohorts;
const GRAINS = ["month", "week", "quarter"] as const;
type CohortGrain = (typeof GRAINS)[number];
/** Rows of the maps differ: a shop of two years has 25 months, but 106 weeks. */
const HEIGHTS: Record<CohortGrain, number> = { week: 1100, month: 640, quarter: 380 };
const CURVES = 6;

export default function Cohorts(): VNode {
  const { grain: chosen, start, end } = useFilters();
  const grain = GRAINS.find((each) => each === chosen) ?? "month";
  const [country, setCountry] = useParam("country");
  const countries = useCountries();
  const known = country === "" || countries.includes(country) ? countries : [...countries, country];
  const asked = { grain, country, start, end };
  return (
    <Page
      title={texts.pages.cohorts}
      intro={words.intro}
      hasDates
      grains={GRAINS}
      filters={
        <Select
          label={words.country}
          name="country"
          value={country}
          options={[{ value: "", label: words.allCountries }, ...known.map((value) => ({ value, label: value }))]}
          onChange={setCountry}
        />
      }
    >
      <Map {...asked} measure="retention" />
      <Curves {...asked} measure="retention" />
      <Map {...asked} measure="cumulative_ltv_minor" />
      <Curves {...asked} measure="cumulative_ltv_minor" />
    </Page>
  );
}

/** The countries that a run keeps cohorts of; none while they are asked for, and where they cannot be had. */
function useCountries(): string[] {
  const found = useAnswer(() => api().cohorts({ grain: "quarter", by_country: true }), []);
  const slices = Array.isArray(found?.["slices"]) ? (found["slices"] as { value: string | null }[]) : [];
  return slices.flatMap((slice) => (slice.value === null ? [] : [slice.value]));
}

interface Asked {
  grain: CohortGrain;
  country: string;
  measure: Measure;
  start: string | undefined;
  end: string | undefined;
}

const load = ({ grain, country }: Asked) => (): Promise<Answer> => api().cohorts({ grain, country: country || undefined });
const isRetention = (measure: Measure): boolean => measure === "retention";
const writer = (measure: Measure, currency: string, isShort = false) => (value: number): string =>
  isRetention(measure) ? percent(value, isShort ? 0 : 1) : money(value, currency, { isCompact: isShort });

const unitFor = (measure: Measure): Unit<Answer> =>
  isRetention(measure) ? texts.units.shareOf(words.cohortUnit) : (found) => texts.units.each(found.currency, words.customerUnit);

/** Everybody buys in the first period, so that retention has nothing to say there. */
const firstOf = (measure: Measure): number => (isRetention(measure) ? 1 : 0);

/** Return what gives the cohorts of an answer that the dates keep. */
const chosenBy = ({ grain, start, end }: Asked) => (found: Answer): Cohort[] => within(cohortsOf(found), grain, { start, end });

function enough(asked: Asked) {
  const { measure } = asked;
  return (found: Answer): string | null => {
    const cohorts = chosenBy(asked)(found);
    return cohorts.length > 0 && offsetsOf(cohorts, firstOf(measure)).length === 0 ? words.onePeriod : null;
  };
}

function rangeOf({ start, end }: Asked): string | null {
  return isDated({ start, end }) ? words.firstBought(start ? day(start) : null, end ? day(end) : null) : null;
}

function noteOf(found: Answer): string | null {
  const left = found["left_out"] as { cohorts?: number; offsets?: number } | undefined;
  return left && ((left.cohorts ?? 0) > 0 || (left.offsets ?? 0) > 0) ? words.leftOut(left.cohorts ?? 0, left.offsets ?? 0) : null;
}

function Map({ measure, ...rest }: Asked): VNode {
  const { grain, country, start, end } = rest;
  const asked = { measure, ...rest };
  const chosen = chosenBy(asked);
  return (
    <Panel
      title={words.maps[measure]}
      definition={words.mapDefinitions[measure]}
      unit={unitFor(measure)}
      load={load(asked)}
      deps={[grain, country, start, end]}
      enough={enough(asked)}
      isEmpty={(found) => chosen(found).length === 0}
      chart={(found, theme) => map(chosen(found), asked, found.currency, theme)}
      height={HEIGHTS[grain]}
      rows={(found) => tableOf(chosen(found), asked)}
      shows={isRetention(measure) ? ["customers", "p1", "p2"] : ["customers", "p0", "p1"]}
      note={(found) => [rangeOf(asked), words.howToRead, noteOf(found)].filter((each) => each !== null).join(" ")}
      csvName={`cohorts-${measure === "retention" ? "retention" : "lifetime-value"}-by-${grain}`}
    />
  );
}

function map(cohorts: readonly Cohort[], { measure, grain }: Asked, currency: string, theme: ChartTheme): ChartOption {
  const offsets = offsetsOf(cohorts, firstOf(measure));
  const option = heatmap(
    {
      columns: offsets.map(words.offset),
      rows: cohorts.map((each) => period(each.begins || each.cohort, grain)),
      cells: cohorts.flatMap((each, row) => offsets.map((offset, column) => [column, row, cellAt(each, offset)?.[measure] ?? null] as const)),
      format: writer(measure, currency, true),
      hasLabels: offsets.length <= (matchMedia("(min-width: 1000px)").matches ? 26 : 6) && grain !== "week",
      note: (column, row) => {
        const [cohort, offset] = [cohorts[row], offsets[column]];
        const cell = cohort && offset !== undefined ? cellAt(cohort, offset) : null;
        if (!cohort || !cell) return "";
        return [words.ofCustomers(cell.active ?? 0, cohort.customers), ...(cell.is_running ? [words.running] : [])].join("\n");
      },
    },
    theme,
  );
  return withRunning(option, cohorts, offsets, theme);
}

/** Draw a dashed line around the cells whose period still runs. */
function withRunning(option: EChartsOption, cohorts: readonly Cohort[], offsets: readonly number[], theme: ChartTheme): ChartOption {
  const [series] = option.series as { data: { value: [number, number, number] }[] }[];
  if (!series) return option;
  const data = series.data.map((cell) => {
    const [column, row] = cell.value;
    const cohort = cohorts[row];
    const isRunning = cohort !== undefined && runningAt(cohort) === offsets[column];
    return isRunning ? { ...cell, itemStyle: { borderColor: theme.text, borderType: "dashed", borderWidth: 1.5 } } : cell;
  });
  const isAnyRunning = data.some((cell) => "itemStyle" in cell);
  return { ...option, key: isAnyRunning ? [{ mark: "edge", colour: theme.text, text: words.runningAt }] : [], series: [{ ...series, data }] as NonNullable<EChartsOption["series"]> };
}

function tableOf(cohorts: readonly Cohort[], { measure, grain }: Asked): Table {
  const offsets = offsetsOf(cohorts);
  return {
    columns: [
      { key: "cohort", label: words.cohort },
      { key: "customers", label: words.customers, definition: words.customersDefinition },
      { key: "running", label: words.runningAt },
      ...offsets.map((offset): Column => ({ key: `p${offset}`, label: words.offset(offset), definition: words.cellDefinitions[measure](offset), kind: isRetention(measure) ? "percent" : "money" })),
    ],
    rows: cohorts.map((cohort) => {
      const running = runningAt(cohort);
      return {
        cohort: period(cohort.begins || cohort.cohort, grain),
        customers: cohort.customers,
        running: running === null ? null : words.offset(running),
        ...Object.fromEntries(offsets.map((offset) => [`p${offset}`, cellAt(cohort, offset)?.[measure] ?? null])),
      };
    }),
  };
}

function Curves({ measure, ...rest }: Asked): VNode {
  const { grain, country, start, end } = rest;
  const asked = { measure, ...rest };
  const chosen = chosenBy(asked);
  const isPart = isDated({ start, end });
  const linesOf = (found: Answer, offsets: readonly number[]): { name: string; values: (number | null)[] }[] => [
    { name: isPart ? words.averageOfAll : words.average, values: averageOf(found, offsets, measure) },
    ...spread(chosen(found), CURVES).map((each) => ({ name: period(each.begins || each.cohort, grain), values: curveOf(each, offsets, measure) })),
  ];
  return (
    <Panel
      title={words.curves[measure]}
      definition={words.curveDefinitions[measure]}
      unit={unitFor(measure)}
      load={load(asked)}
      deps={[grain, country, start, end]}
      enough={(found) => enough(asked)(found) ?? (chosen(found).length > 0 && spread(chosen(found), CURVES).length === 0 ? words.onePeriod : null)}
      isEmpty={(found) => chosen(found).length === 0}
      height={360}
      chart={(found) => {
        const offsets = offsetsOf(chosen(found), firstOf(measure));
        const option = trend({
          x: offsets.map(words.offset),
          series: linesOf(found, offsets),
          format: writer(measure, found.currency),
          axisFormat: writer(measure, found.currency, true),
        });
        const [average, ...cohorts] = option.series as object[];
        return { ...option, series: [{ ...average, z: 3, lineStyle: { width: 4 } }, ...cohorts] as NonNullable<EChartsOption["series"]> };
      }}
      rows={(found) => {
        const offsets = offsetsOf(chosen(found), firstOf(measure));
        const lines = linesOf(found, offsets);
        return {
          columns: [{ key: "offset", label: words.after }, ...lines.map((line, at): Column => ({ key: `c${at}`, label: line.name, definition: at === 0 ? words.averageDefinitions[measure] : words.lineDefinitions[measure], kind: isRetention(measure) ? "percent" : "money" }))],
          rows: offsets.map((offset, place) => ({ offset: words.offset(offset), ...Object.fromEntries(lines.map((line, at) => [`c${at}`, line.values[place] ?? null])) })),
        };
      }}
      note={(found) => [rangeOf(asked), isPart ? words.averageNote : null, chosen(found).length > CURVES ? words.someCurves(CURVES) : words.wholeAlone].filter((each) => each !== null).join(" ")}
      csvName={`cohort-curves-${measure === "retention" ? "retention" : "lifetime-value"}-by-${grain}`}
    />
  );
}

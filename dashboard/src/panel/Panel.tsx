import type { ComponentChildren, VNode } from "preact";
import { Component } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { headOf } from "../api.ts";
import { Chart, type ChartHandle, type Picked } from "../chart/Chart.tsx";
import type { ChartOption } from "../chart/key.ts";
import type { ChartTheme } from "../chart/palette.ts";
import { isDated, useFilters } from "../filters.ts";
import { day, lastDayOf } from "../format.ts";
import { texts } from "../texts/index.ts";
import { DataTable } from "./DataTable.tsx";
import { Definition } from "./Definition.tsx";
import { describe } from "./describe.ts";
import { saveBlob, saveCsv } from "./download.ts";
import { inOneLine } from "./problem.ts";
import { headlineOf, type Outcome, type State, stateOf, stateOfError, type Why } from "./state.ts";
import { type Table, toCsv } from "./table.ts";
import { type Unit, unitOf } from "./unit.ts";

interface Base<T> {
  title: string;
  /** What the figures mean, in a sentence or two; shown on hover and focus of the `?`. */
  definition: string;
  /** Ask for the answer; asked anew when one of `deps` changes. */
  load: () => Promise<T>;
  deps: readonly unknown[];
  /** Say why the data do not suffice, or null. */
  enough?: (answer: T) => Why | null;
  isEmpty?: (answer: T) => boolean;
  /** What it means that there is nothing, where that is not for the filters: `No row was refused.` */
  emptyHelp?: string;
  isSimulated?: (answer: T) => boolean;
  /** What the table view shows and the CSV file holds. */
  rows: (answer: T) => Table;
  /** Every row for the CSV file, where `rows` holds one page of them. */
  allRows?: (answer: T) => Promise<Table>;
  /** Name of the files, without the ending. */
  csvName: string;
  /** What the chart shows, in a sentence with figures; the first rows of the table by default. */
  chartLabel?: (answer: T) => string;
  /** Keys of the columns that the chart shows, where those are not the first. */
  shows?: readonly string[];
  render?: (answer: T) => VNode;
  /** A click on the chart, as for a drill-down; give the table's cells an `href` for the keyboard. */
  onPick?: (picked: Picked, answer: T) => void;
  /** Said below while dates are chosen, which do not count here. */
  whenDated?: string;
  /** A line below, as for what is left out. */
  note?: (answer: T) => string | null;
  /** Choices that belong to this panel alone. */
  controls?: ComponentChildren;
  size?: "full" | "half" | "third";
  height?: number;
  /** Of the amounts; by default what the answer itself says. */
  currency?: (answer: T) => string;
}

/** A panel with a chart says what its figures are measured in. */
export type PanelProps<T> = Base<T> & ({ chart: (answer: T, theme: ChartTheme) => ChartOption; unit: Unit<T> } | { chart?: never; unit?: Unit<T> | undefined });

/** A figure or chart with everything that belongs to it: definition, unit, states, table view, PNG and CSV. */
export function Panel<T>(props: PanelProps<T>): VNode {
  const { title, definition, controls, size = "full", height = 320 } = props;
  const id = useId();
  const [outcome, retry] = useLoaded(props.load, props.deps);
  const state = useMemo(() => stateOf(outcome, props), [outcome]);
  const unit = safely(() => unitOf(props.unit, state.kind === "ready" ? state.answer : undefined), undefined);
  const hasSimulated = state.kind === "ready" && safely(() => props.isSimulated?.(state.answer) ?? false, false);
  return (
    <section class={`panel ${size}`} aria-labelledby={id} aria-busy={state.kind === "loading"} data-state={state.kind}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        <Definition of={title} text={definition} />
        {unit && <span class="unit">{unit}</span>}
        {hasSimulated && (
          <>
            <span class="badge">{texts.panel.simulated}</span>
            <Definition of={texts.panel.simulated} text={texts.panel.simulatedHelp} />
          </>
        )}
        {controls && <div class="panel-controls">{controls}</div>}
      </header>
      {state.kind === "ready" ? (
        <Boundary key={String(outcome.kind)} fallback={(error) => <Message state={stateOfError(error)} height={height} retry={retry} />}>
          <Shown {...props} answer={state.answer} unitText={unit} hasSimulated={hasSimulated} />
        </Boundary>
      ) : (
        <Message state={state} height={height} retry={retry} emptyHelp={props.emptyHelp} />
      )}
    </section>
  );
}

/** Ask when something changes; an answer that comes after the next question is dropped. */
function useLoaded<T>(load: () => Promise<T>, deps: readonly unknown[]): [Outcome<T>, () => void] {
  const [outcome, setOutcome] = useState<Outcome<T>>({ kind: "loading" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isStale = false;
    const settle = (next: Outcome<T>): void => {
      if (!isStale) setOutcome(next);
    };
    setOutcome({ kind: "loading" });
    Promise.resolve()
      .then(load)
      .then(
        (answer) => settle({ kind: "loaded", answer }),
        (error: unknown) => settle({ kind: "failed", error }),
      );
    return () => {
      isStale = true;
    };
  }, [...deps, tries]);
  return [outcome, () => setTries(tries + 1)];
}

function Message({ state, height, retry, emptyHelp = texts.panel.emptyHelp }: { state: Exclude<State<unknown>, { kind: "ready" }>; height: number; retry: () => void; emptyHelp?: string | undefined }): VNode {
  const mayRetry = state.kind === "error" || state.kind === "not-ready";
  return (
    <div class={`state ${state.kind}`} style={{ minHeight: `${Math.min(height, 240)}px` }}>
      <div role="status">
        <p class="headline">{headlineOf(state)}</p>
        {state.kind === "empty" && <p>{emptyHelp}</p>}
        {state.kind === "signed-out" && <p>{texts.panel.signedOutHelp}</p>}
        {"why" in state && <p>{state.why}</p>}
        {"detail" in state && state.detail && <p class="muted detail">{state.detail}</p>}
      </div>
      {mayRetry && (
        <button type="button" onClick={retry}>
          {texts.panel.retry}
        </button>
      )}
    </div>
  );
}

function Shown<T>(props: PanelProps<T> & { answer: T; unitText: string | undefined; hasSimulated: boolean }): VNode {
  const { answer, title, unitText, hasSimulated, chart, render, height = 320, onPick } = props;
  const hasPicture = chart !== undefined || render !== undefined;
  const [isTable, setTable] = useState(!hasPicture);
  const [saving, setSaving] = useState<string | null>(null);
  const handle = useRef<ChartHandle | null>(null);
  const table = useMemo(() => props.rows(answer), [answer]);
  const option = useMemo(() => (chart ? (theme: ChartTheme) => chart(answer, theme) : null), [answer]);
  const head = headOf(answer);
  const currency = props.currency?.(answer) ?? head?.currency ?? "";
  const source = texts.panel.source([
    ...(currency ? [currency] : []),
    ...(head ? [texts.panel.dataUntil(day(lastDayOf(head.as_of)))] : []),
    ...(hasSimulated ? [texts.panel.simulated] : []),
  ]);
  const undated = isDated(useFilters()) ? props.whenDated : undefined;
  const note = [undated, props.note?.(answer)].filter(Boolean).join(" ");
  const label = (): string => props.chartLabel?.(answer) ?? describe({ title, unit: unitText, table, currency, shows: props.shows });

  async function save(work: () => Promise<void>): Promise<void> {
    setSaving(texts.panel.saving);
    try {
      await work();
      setSaving(null);
    } catch (error) {
      setSaving(texts.panel.saveFailed(inOneLine(error)));
    }
  }
  async function savePng(): Promise<void> {
    const picture = await handle.current?.toPng(unitText === undefined ? title : texts.panel.titled(title, unitText), source);
    if (picture) saveBlob(`${props.csvName}.png`, picture);
  }
  async function saveRows(): Promise<void> {
    saveCsv(hasSimulated ? `${props.csvName}-simulated` : props.csvName, toCsv(props.allRows ? await props.allRows(answer) : table, currency));
  }

  return (
    <>
      <div class="panel-body">
        {isTable && <DataTable table={table} caption={title} currency={currency} />}
        {!isTable && option && <Chart option={option} label={label()} height={height} handle={handle} onPick={onPick && ((picked) => onPick(picked, answer))} />}
        {!isTable && render?.(answer)}
      </div>
      {note && <p class="note">{note}</p>}
      <footer class="panel-foot">
        <span class="muted">{source}</span>
        <span class="panel-tools">
          {saving && <span role="status">{saving}</span>}
          {hasPicture && (
            <button type="button" class="quiet" onClick={() => setTable(!isTable)} aria-label={isTable ? texts.panel.chartOf(title) : texts.panel.tableOf(title)}>
              {isTable ? texts.panel.asChart : texts.panel.asTable}
            </button>
          )}
          {option && !isTable && (
            <button type="button" class="quiet" onClick={() => void save(savePng)} aria-label={texts.panel.pngOf(title)}>
              {texts.panel.png}
            </button>
          )}
          <button type="button" class="quiet" onClick={() => void save(saveRows)} aria-label={texts.panel.csvOf(title)}>
            {texts.panel.csv}
          </button>
        </span>
      </footer>
    </>
  );
}

function safely<R>(work: () => R, otherwise: R): R {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** Keep what a page does wrong with one answer to one panel. */
class Boundary extends Component<{ children: ComponentChildren; fallback: (error: unknown) => VNode }, { error: unknown }> {
  override state = { error: null as unknown };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ error });
  }

  render(): ComponentChildren {
    return this.state.error === null ? this.props.children : this.props.fallback(this.state.error);
  }
}

import { type ComponentChildren, Fragment, type VNode } from "preact";
import { shop } from "../api.ts";
import { type Grain, isDated, lastWholeDayOf, PRESETS, presetRange, setParams, useFilters } from "../filters.ts";
import { useStore } from "../store.ts";
import { texts } from "../texts/index.ts";
import { factsOf, type Known, type WholeSpan } from "./facts.ts";
import { Select } from "./Select.tsx";

export interface FilterBarProps {
  /** Whether the date range counts on this page. */
  hasDates?: boolean;
  /** In the words of the page: of what the figures are while no dates are chosen, or which time each has of its own. */
  says?: string;
  /** The days that the figures are of, where the API takes others than the chosen ones. */
  span?: WholeSpan | null | undefined;
  /** What the page is answered from, where that is not the live run of segments. */
  head?: Known | null;
  /** With which day the ranges of one click end; by default with the last whole day of the data. */
  lastDay?: string;
  /** Lengths of a period to choose from, the default first; none without. */
  grains?: readonly Grain[];
  /** Filters of this page alone, beside the shared ones. */
  children?: ComponentChildren;
}

const NAMES = Object.keys(PRESETS) as (keyof typeof PRESETS)[];

/** The filters of a page, all of them in its address; beside them the currency, and of what time the figures are. */
export function FilterBar({ hasDates = false, says, span, head, lastDay, grains = [], children }: FilterBarProps): VNode {
  const { start, end, grain } = useFilters();
  const ofShop = useStore(shop);
  const known = head ?? ofShop;
  const lastWholeDay = lastDay ?? (known ? lastWholeDayOf(known.as_of) : null);

  function setStart(value: string): void {
    setParams({ start: value, ...(end && value > end ? { end: undefined } : {}) });
  }
  function setEnd(value: string): void {
    setParams({ end: value, ...(start && value && value < start ? { start: undefined } : {}) });
  }

  return (
    <form class="filters" aria-label={texts.filters.legend} onSubmit={(event) => event.preventDefault()}>
      {hasDates && (
        <>
          <label>
            <span>{texts.filters.from}</span>
            <input type="date" name="start" value={start ?? ""} onChange={(event) => setStart(event.currentTarget.value)} />
          </label>
          <label>
            <span>{texts.filters.to}</span>
            <input type="date" name="end" value={end ?? ""} onChange={(event) => setEnd(event.currentTarget.value)} />
          </label>
          {lastWholeDay && (
            <div class="presets" role="group" aria-label={lastDay ? texts.filters.presetsToday : texts.filters.presetsLabel}>
              {NAMES.map((name) => {
                const range = presetRange(PRESETS[name], lastWholeDay);
                return (
                  <button type="button" key={name} class="quiet" aria-pressed={range.start === start && range.end === end} onClick={() => setParams(range)}>
                    {texts.filters.presets[name]}
                  </button>
                );
              })}
            </div>
          )}
          {isDated({ start, end }) && (
            <button type="button" class="quiet" onClick={() => setParams({ start: undefined, end: undefined })}>
              {texts.filters.clear}
            </button>
          )}
        </>
      )}
      {grains.length > 0 && (
        <Select
          label={texts.filters.grain}
          name="grain"
          value={grain && grains.includes(grain) ? grain : (grains[0] ?? "month")}
          options={grains.map((each) => ({ value: each, label: texts.filters.grains[each] }))}
          onChange={(value) => setParams({ grain: value })}
        />
      )}
      {children}
      {known && (
        <p class="facts muted">
          {texts.filters.currency} <strong>{known.currency}</strong>
          {factsOf(hasDates, { start, end, span, asOf: known.as_of, says }).map(({ label, value }) => (
            <Fragment key={label}>
              {" · "}
              {label}
              {value && (
                <>
                  {" "}
                  <strong>{value}</strong>
                </>
              )}
            </Fragment>
          ))}
        </p>
      )}
    </form>
  );
}

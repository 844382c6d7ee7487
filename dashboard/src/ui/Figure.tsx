import type { VNode } from "preact";
import { change as writeChange } from "../format.ts";
import { Definition } from "../panel/Definition.tsx";
import { texts } from "../texts/index.ts";

export interface FigureProps {
  label: string;
  definition: string;
  /** Written out, with its unit. */
  value: string;
  /** The relative change against the period before (0.042 is 4.2 %); null where nothing can be compared; left out: none is shown. */
  change?: number | null | undefined;
  /** The value before, written out; left out where there is none, for then nothing can be compared. */
  previous?: string | undefined;
  /** Which way is good; "up" by default, null is neither. */
  good?: "up" | "down" | null;
}

/** One figure with what it means and how it changed. Put several into `<div class="figures">`. */
export function Figure({ label, definition, value, change, previous, good = "up" }: FigureProps): VNode {
  return (
    <div class="figure">
      <div class="figure-label">
        {label} <Definition of={label} text={definition} />
      </div>
      <div class="figure-value">{value}</div>
      {change !== undefined && (
        <div class="figure-change">
          {change !== null && <Change share={change} good={good} />}
          {change === null && previous === undefined && <span class="muted">{texts.figure.noBefore}</span>}
          {previous !== undefined && <span class="muted">{texts.figure.before(previous)}</span>}
        </div>
      )}
    </div>
  );
}

function Change({ share, good }: { share: number; good: "up" | "down" | null }): VNode {
  const way = share > 0 ? "up" : share < 0 ? "down" : "same";
  const tone = good === null || way === "same" ? "even" : way === good ? "good" : "bad";
  const arrow = { up: "▲", down: "▼", same: "■" }[way];
  return (
    <span class={`change ${tone}`}>
      <span aria-hidden="true">{arrow} </span>
      <span class="unseen">{texts.figure[way]} </span>
      {writeChange(share)}
    </span>
  );
}

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Paged } from "../../types.ts";

export interface Pages {
  /** Of the page that is shown; undefined is the first. */
  cursor: string | undefined;
  /** From 0. */
  number: number;
  /** Note where the page after begins, and give the answer back. */
  noted: <T extends Paged>(answer: T) => T;
  controls: VNode | null;
}

interface Place {
  /** Of what the pages are. */
  of: string;
  cursors: readonly string[];
  next: string | null;
}

/** Walk the server's pages there and back. `of` says of what they are: with another, they begin anew. */
export function usePages(of: string, labels: { earlier: string; later: string }): Pages {
  const [kept, keep] = useState<Place>({ of, cursors: [], next: null });
  const place = kept.of === of ? kept : { of, cursors: [], next: null };
  const { cursors, next } = place;
  const controls =
    cursors.length === 0 && next === null ? null : (
      <span>
        <button type="button" class="quiet" disabled={cursors.length === 0} aria-label={labels.earlier} onClick={() => keep({ of, cursors: cursors.slice(0, -1), next: null })}>
          ←
        </button>
        <button type="button" class="quiet" disabled={next === null} aria-label={labels.later} onClick={() => next !== null && keep({ of, cursors: [...cursors, next], next: null })}>
          →
        </button>
      </span>
    );
  return {
    cursor: cursors.at(-1),
    number: cursors.length,
    noted: (answer) => {
      keep({ ...place, next: answer.next_cursor });
      return answer;
    },
    controls,
  };
}

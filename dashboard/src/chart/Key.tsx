import type { VNode } from "preact";
import { texts } from "../texts/index.ts";
import type { KeyEntry, Mark } from "./key.ts";

/** The legend below a chart. */
export function Key({ entries }: { entries: readonly KeyEntry[] }): VNode {
  return (
    <ul class="key" aria-label={texts.chart.key}>
      {entries.map(({ mark, colour, text }) => (
        <li key={text}>
          {mark !== "none" && (
            <svg width="18" height="12" aria-hidden="true">
              {drawn(mark, colour)}
            </svg>
          )}
          {text}
        </li>
      ))}
    </ul>
  );
}

function drawn(mark: Exclude<Mark, "none">, colour: string): VNode {
  const line = { stroke: colour, "stroke-width": 2, fill: "none" };
  switch (mark) {
    case "square":
      return <rect x="3" y="1" width="12" height="10" rx="2" fill={colour} />;
    case "point":
      return <circle cx="9" cy="6" r="5" fill={colour} />;
    case "whisker":
      return <path d="M2 6H16M2 1V11M16 1V11" {...line} />;
    case "dashed":
      return <path d="M0 6H18" {...line} stroke-dasharray="5 3" />;
    case "edge":
      return <rect x="3" y="1" width="12" height="10" {...line} stroke-width={1.5} stroke-dasharray="3 2" />;
  }
}

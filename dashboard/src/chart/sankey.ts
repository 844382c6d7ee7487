import { texts } from "../texts/index.ts";
import { firstOf, type Format } from "./common.ts";
import { type ChartOption, type KeyEntry, NONE } from "./key.ts";
import type { ChartTheme } from "./palette.ts";

export interface SankeyParts {
  /** `name` is unique; `label` is what is shown. */
  nodes: readonly { name: string; label?: string; depth?: number }[];
  links: readonly { source: string; target: string; value: number }[];
  format: Format;
  /** What the widths count. */
  widthOf: string;
}

/** Flows between states, the same label in the same colour; links from a node to itself and circles must not be among them. */
export function sankey({ nodes, links, format, widthOf }: SankeyParts, theme: ChartTheme): ChartOption {
  const labels = new Map(nodes.map((node) => [node.name, node.label ?? node.name]));
  const labelOf = (name: string): string => labels.get(name) ?? name;
  const known = [...new Set(labels.values())];
  const colourOf = (label: string): string => theme.palette[known.indexOf(label) % theme.palette.length] ?? theme.muted;
  return {
    key: [...statesKey(known, colourOf, theme), { ...NONE, text: texts.chart.widthIs(widthOf) }],
    tooltip: {
      formatter: (found) => {
        const one = firstOf(found) as unknown as { dataType?: string; name: string; value: number; data: { source: string; target: string } };
        const name = one.dataType === "edge" ? `${labelOf(one.data.source)} → ${labelOf(one.data.target)}` : labelOf(one.name);
        return `${name}\n${format(one.value)}`;
      },
    },
    series: [
      {
        type: "sankey", left: 8, right: 120, top: 12, bottom: 12, nodeGap: 10, nodeWidth: 14, draggable: false, emphasis: { focus: "adjacency" },
        label: { formatter: (found) => labelOf(found.name), overflow: "truncate", width: 110 },
        data: nodes.map(({ name, depth }) => ({ name, itemStyle: { color: colourOf(labelOf(name)) }, ...(depth === undefined ? {} : { depth }) })),
        links: links.map((link) => ({ ...link })),
      },
    ],
  };
}

/** Return an entry a state; where more states than colours share them, that a state keeps its colour. */
function statesKey(states: readonly string[], colourOf: (state: string) => string, theme: ChartTheme): KeyEntry[] {
  if (states.length > theme.palette.length) return [{ ...NONE, text: texts.chart.sameState }];
  return states.map((text) => ({ mark: "square", colour: colourOf(text), text }));
}

import { texts } from "../texts/index.ts";
import { colourScale, firstOf, type Format } from "./common.ts";
import { type ChartOption, NONE } from "./key.ts";
import { type ChartTheme, colourAt, inkOn } from "./palette.ts";

export interface TreemapNode {
  name: string;
  value: number;
  /** What the colour tells; null has none. */
  colour: number | null;
  /** What a click gets back. */
  id?: string;
  note?: string;
}

export interface TreemapParts {
  nodes: readonly TreemapNode[];
  /** In the areas. */
  format: Format;
  /** In the tooltip, where the areas leave the unit out. */
  longFormat?: Format;
  /** What the areas are as large as. */
  areaOf: string;
  /** What the colours tell. */
  colourOf: string;
  colourFormat: Format;
}

/** Areas by size, coloured by another figure, whose scale lies below. */
export function treemap({ nodes, format, longFormat = format, areaOf, colourOf, colourFormat }: TreemapParts, theme: ChartTheme): ChartOption {
  const colours = nodes.flatMap(({ colour }) => (colour === null ? [] : [colour]));
  const low = Math.min(0, ...colours);
  const high = Math.max(...colours, low + Number.EPSILON);
  const shadeOf = ({ colour }: TreemapNode): string => (colour === null ? theme.surface : colourAt(theme.sequential, (colour - low) / (high - low)));
  return {
    key: [{ ...NONE, text: texts.chart.areaIs(areaOf) }, { ...NONE, text: texts.chart.colourIs(colourOf) }],
    // The areas have their colours already, of which the letters' colours follow.
    visualMap: { ...colourScale(low, high, colourFormat, theme), itemHeight: 140, seriesIndex: [], hoverLink: false },
    tooltip: {
      formatter: (found) => {
        const { name, value, data } = firstOf(found) as unknown as { name: string; value: number; data: TreemapNode };
        const shade = data.colour === null ? null : `${colourOf}: ${colourFormat(data.colour)}`;
        return [name, longFormat(value), data.note, shade].filter(Boolean).join("\n");
      },
    },
    series: [
      {
        type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, left: 0, right: 0, top: 0, bottom: 32,
        label: { formatter: (found) => `${found.name}\n${format(Number(found.value))}`, overflow: "truncate", fontSize: 13, lineHeight: 18 },
        data: nodes.map((node) => {
          const color = shadeOf(node);
          return { ...node, itemStyle: { color }, label: { color: inkOn(color) } };
        }),
      },
    ],
  };
}

/** What only RFM has: the map of recency by frequency, and who moved between two runs. */
import type { VNode } from "preact";
import { api } from "../../api.ts";
import { heatmap, sankey } from "../../chart/options.ts";
import { useChoice } from "../../filters.ts";
import { day, money, number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { navigate } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Migration, SegmentMap } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { notYet } from "../shared/notYet.ts";
import { cellAt, cutOf, FREQUENCY_SCORES, MAP_MEASURES, mapCells, migrationFlows, namesInOurWords, RECENCY_SCORES } from "../../views/segments.ts";
import { toSegment } from "./ofMethod.ts";

const words = texts.segments;

async function named<A extends { names: Record<string, string> }>(asked: Promise<A>): Promise<A> {
  const found = await asked;
  return { ...found, names: namesInOurWords(found.names, "rfm") };
}

/** Columns of the table that the map shows, the scores before the figure. */
const SHOWN_OF = { value: ["r", "f", "mean_monetary_minor"], net: ["r", "f", "net_minor"], customers: ["r", "f", "customers"] };

export function MapPanel(): VNode {
  const [measure, setMeasure] = useChoice("map", MAP_MEASURES);
  const cut = (found: SegmentMap, letter: "r" | "f", score: number): string | null => {
    const value = cutOf(found.cuts, letter, score);
    return value === null ? null : number(value);
  };
  return (
    <Panel
      title={words.map}
      definition={words.mapDefinition}
      unit={(found) => words.mapUnits[measure](found.currency)}
      load={() => named(notYet(api().get<SegmentMap>("/analytics/segments/map")))}
      deps={[measure]}
      isEmpty={(found) => found.cells.every((cell) => cell.customers === 0)}
      height={420}
      controls={<Select label={words.mapShows} name="map" value={measure} options={MAP_MEASURES.map((value) => ({ value, label: words.mapMeasures[value] }))} onChange={setMeasure} />}
      shows={SHOWN_OF[measure]}
      chart={(found, theme) =>
        heatmap(
          {
            columns: FREQUENCY_SCORES.map((score) => words.frequencyCut(score, cut(found, "f", score))),
            rows: RECENCY_SCORES.map((score) => words.recencyCut(score, cut(found, "r", score))),
            cells: mapCells(found, measure),
            format: measure === "customers" ? (value) => number(value) : (value) => money(value, found.currency, { isCompact: true }),
            longFormat: measure === "customers" ? texts.counts.customers : (value) => money(value, found.currency),
            note: (column, row) => {
              const cell = cellAt(found, column, row);
              if (!cell) return "";
              const parts = cell.segments.map((part) => `${found.names[part.segment_id] ?? part.segment_id}: ${number(part.customers)}`);
              return [words.cell(cell.customers, money(cell.net_minor, found.currency), money(cell.mean_monetary_minor, found.currency)), ...parts].join("\n");
            },
          },
          theme,
        )
      }
      onPick={(picked, found) => {
        const [column, row] = picked.value as [number, number];
        const segmentId = cellAt(found, column, row)?.segment_id;
        if (segmentId) navigate(toSegment(segmentId, "rfm"));
      }}
      rows={(found) => ({
        columns: [
          { key: "r", label: words.recencyScore, kind: "number" },
          { key: "f", label: words.frequencyScore, kind: "number" },
          { key: "customers", label: words.customers, definition: words.cellCustomersDefinition, kind: "number" },
          { key: "net_minor", label: words.net, definition: words.netDefinition, kind: "money" },
          { key: "mean_monetary_minor", label: words.netPerCustomer, kind: "money" },
          { key: "segment", label: words.mostOf, href: (row) => (typeof row["segment_id"] === "string" ? toSegment(row["segment_id"], "rfm") : null) },
        ],
        rows: found.cells.map(({ r, f, customers, net_minor, mean_monetary_minor, segment_id }) => ({
          r, f, customers, net_minor, mean_monetary_minor, segment_id, segment: segment_id === null ? null : (found.names[segment_id] ?? segment_id),
        })),
      })}
      note={(found) => (found.unscored.customers > 0 ? words.unscored(found.unscored.customers) : null)}
      csvName="rfm-map"
    />
  );
}

const SHOWN = ["moved", "all"] as const;

export function MigrationPanel(): VNode {
  const [shown, setShown] = useChoice("moves", SHOWN);
  const flowsOf = (found: Migration) => migrationFlows(found, { hasStayed: shown === "all", isNew: words.isNew, isGone: words.isGone });
  const nameOf = (found: Migration, id: string | null, otherwise: string): string => (id === null ? otherwise : (found.names[id] ?? id));
  return (
    <Panel
      title={words.migration}
      definition={words.migrationDefinition}
      unit={texts.units.customers}
      load={() => named(notYet(api().get<Migration>("/analytics/segments/migration")))}
      deps={[shown]}
      enough={(found) => found.reason}
      isEmpty={(found) => flowsOf(found).links.length === 0}
      emptyHelp={words.nobodyMoved}
      height={460}
      controls={<Select label={words.movesShown} name="moves" value={shown} options={SHOWN.map((value) => ({ value, label: words.moves[value] }))} onChange={setShown} />}
      chart={(found, theme) => sankey({ ...flowsOf(found), format: texts.counts.customers, widthOf: texts.units.customers }, theme)}
      rows={(found) => ({
        columns: [
          { key: "from", label: words.from },
          { key: "to", label: words.to },
          { key: "customers", label: words.customers, definition: words.movedDefinition, kind: "number" },
          { key: "net_minor", label: words.net, definition: words.movedNetDefinition, kind: "money" },
          { key: "net_minor_change", label: words.netChange, kind: "money" },
        ],
        rows: found.moves.map((move) => ({
          from: nameOf(found, move.from_segment_id, words.isNew),
          to: nameOf(found, move.to_segment_id, words.isGone),
          customers: move.customers,
          net_minor: move.net_minor,
          net_minor_change: move.net_minor_change,
        })),
      })}
      note={(found) => (found.from_as_of === null ? null : words.between(day(found.from_as_of), day(found.to_as_of)))}
      csvName="segment-migration"
    />
  );
}

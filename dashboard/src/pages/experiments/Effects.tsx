import type { VNode } from "preact";
import { api } from "../../api.ts";
import { intervals } from "../../chart/options.ts";
import { instant, money } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { currencyOf } from "../../panel/unit.ts";
import { texts } from "../../texts/index.ts";
import type { Head, Incremental } from "../../types.ts";
import { notYet } from "../shared/notYet.ts";
import { toSegment } from "../segments/ofMethod.ts";
import { METHODS, segmentName } from "../../views/segments.ts";
import { effectInOurWords } from "../../views/experimentWords.ts";

const words = texts.experiments;

interface Effect {
  export: string;
  segment_id: string;
  by?: string;
  exported_at: string;
  held_out_share: number | string;
  /** A sentence where nobody was held out. */
  verdict: { sentence: string } | string;
  incremental_revenue?: Incremental[];
}

interface Effects extends Head {
  exports: Effect[];
}

const nameOf = ({ segment_id, by }: Effect): string => segmentName(by ?? "rfm", segment_id);
const exportOf = (effect: Effect): string => `${nameOf(effect)}, ${instant(effect.exported_at)}`;

/** Ask for what acting on segments earned. */
export async function effects(): Promise<Effects> {
  const found = await notYet(api().get<Effects>("/analytics/segments/effects"));
  return { ...found, exports: found.exports.map((effect) => effectInOurWords(effect, found.currency)) };
}

/** What acting on segments earned: one line an export whose effect can be told. */
export function EffectsPanel(): VNode {
  return (
    <Panel
      title={words.effects}
      definition={words.effectsDefinition}
      unit={currencyOf}
      load={effects}
      deps={[]}
      isEmpty={(found) => found.exports.length === 0}
      emptyHelp={words.noExports}
      chart={(found, theme) =>
        intervals(
          found.exports.flatMap((effect) => (effect.incremental_revenue ?? []).map((each) => ({ name: exportOf(effect), value: each.value_minor, low: each.sequential.low_minor, high: each.sequential.high_minor }))),
          (value) => money(value, found.currency, { isCompact: true, isSigned: true }),
          theme,
          { intervalIs: words.testIntervals.sequential, nothingIs: words.nothingEarned },
        )
      }
      rows={(found) => ({
        columns: [
          { key: "segment", label: words.segment, kind: "text", href: (row) => toSegment(String(row["segment_id"]), METHODS.find((each) => each === row["by"]) ?? "rfm") },
          { key: "segment_id", label: words.segmentId, kind: "text", isInFileOnly: true },
          { key: "exported_at", label: words.exported, kind: "instant" },
          { key: "held_out_share", label: words.heldOut, definition: words.heldOutDefinition, kind: "percent" },
          { key: "value_minor", label: words.incrementalValue, definition: words.effectDefinition, kind: "money" },
          { key: "low_minor", label: words.low, definition: words.lowDefinition, kind: "money" },
          { key: "high_minor", label: words.high, definition: words.highDefinition, kind: "money" },
          { key: "verdict", label: words.verdict },
        ],
        rows: found.exports.map((effect) => {
          const earned = effect.incremental_revenue?.[0];
          return {
            segment: nameOf(effect),
            segment_id: effect.segment_id,
            by: effect.by ?? null,
            exported_at: effect.exported_at,
            held_out_share: Number(effect.held_out_share),
            value_minor: earned?.value_minor ?? null,
            low_minor: earned?.sequential.low_minor ?? null,
            high_minor: earned?.sequential.high_minor ?? null,
            verdict: typeof effect.verdict === "string" ? effect.verdict : effect.verdict.sentence,
          };
        }),
      })}
      note={(found) => {
        const untold = found.exports.filter((effect) => (effect.incremental_revenue ?? []).length === 0);
        if (untold.length > 1) return words.untold(untold.length);
        const verdict = untold[0]?.verdict;
        return verdict === undefined ? null : `${exportOf(untold[0] as Effect)}: ${typeof verdict === "string" ? verdict : verdict.sentence}`;
      }}
      csvName="segment-effects"
    />
  );
}

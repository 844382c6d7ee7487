/** What is live, what to do next, and alarms: the parts of the status that are as of now. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { useSession } from "../../auth/context.ts";
import { duration, instant } from "../../format.ts";
import { Definition } from "../../panel/Definition.tsx";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import { word } from "../../texts/words.ts";
import type { Fresh } from "../../types.ts";
import { RollBack } from "./RollBack.tsx";

const words = texts.health;

function familyName(family: string): string {
  return word(words.families, family);
}

function isRolledBack(family: string): family is "recommendations" | "segments" {
  return family === "recommendations" || family === "segments";
}

export function NextPanel(): VNode {
  return (
    <Panel
      title={words.next}
      definition={words.nextDefinition}
      load={() => api().status()}
      deps={[]}
      height={100}
      rows={(found) => ({
        columns: [
          { key: "say", label: words.advice },
          { key: "command", label: words.command },
        ],
        rows: found.next.map(({ say, command }) => ({ say, command })),
      })}
      whenDated={words.ofNow}
      note={(found) => (found.dead_letters ? words.waiting(found.dead_letters) : null)}
      csvName="advice"
    />
  );
}

/** `onDone` is called after a roll back, so that the whole page asks anew; this panel stays to say that it was done. */
export function LivePanel({ turn, onDone }: { turn: number; onDone: () => void }): VNode {
  const { isAdmin } = useSession();
  const [said, setSaid] = useState("");
  return (
    <Panel
      title={words.live}
      definition={words.liveDefinition}
      load={() => api().status()}
      deps={[turn]}
      isEmpty={(found) => found.freshness.length === 0}
      emptyHelp={words.nothingLive}
      height={140}
      controls={<span role="status">{said}</span>}
      render={(found) => (
        <div class="figures">
          {found.freshness.map((fresh) => (
            <Family
              key={fresh.family}
              fresh={fresh}
              now={found.at}
              isAdmin={isAdmin}
              onDone={(told) => {
                setSaid(told);
                onDone();
              }}
            />
          ))}
        </div>
      )}
      rows={(found) => ({
        columns: [
          { key: "family", label: words.family },
          { key: "run_id", label: words.run, kind: "text" },
          { key: "model", label: words.model, kind: "text" },
          { key: "as_of", label: words.asOf, kind: "instant" },
          { key: "published_at", label: words.published, kind: "instant" },
          { key: "rollback_to", label: words.rollbackTo, kind: "text" },
          { key: "until", label: words.until, kind: "instant" },
        ],
        rows: found.freshness.map((fresh) => ({
          family: familyName(fresh.family),
          run_id: fresh.run_id,
          model: fresh.model?.name ?? null,
          as_of: fresh.as_of,
          published_at: fresh.published_at,
          rollback_to: fresh.rollback_to?.run_id ?? null,
          until: fresh.rollback_to?.until ?? null,
        })),
      })}
      whenDated={words.ofNow}
      note={() => (isAdmin ? null : words.adminOnly)}
      csvName="live"
    />
  );
}

function Family({ fresh, now, isAdmin, onDone }: { fresh: Fresh; now: string; isAdmin: boolean; onDone: (said: string) => void }): VNode {
  const name = familyName(fresh.family);
  const back = fresh.rollback_to;
  return (
    <div class="figure">
      <div class="figure-label">
        {name} <Definition of={name} text={words.familyDefinition(fresh.run_id)} />
      </div>
      <div class="figure-value">{words.ago(duration((Date.parse(now) - Date.parse(fresh.published_at)) / 1000))}</div>
      <p class="note">
        {words.reaches(instant(fresh.as_of))}
        {fresh.model?.name ? ` · ${fresh.model.name}` : ""}
      </p>
      {isRolledBack(fresh.family) && <p class="note">{back ? words.mayGoBack(back.run_id, instant(back.until)) : words.noWayBack}</p>}
      {isAdmin && back && isRolledBack(fresh.family) && <RollBack family={fresh.family} from={fresh.run_id} to={back.run_id} onDone={onDone} />}
    </div>
  );
}

export function AlarmsPanel(): VNode {
  return (
    <Panel
      title={words.alarms}
      definition={words.alarmsDefinition}
      load={() => api().status()}
      deps={[]}
      isEmpty={(found) => found.alarms.length === 0}
      emptyHelp={words.noAlarms}
      rows={(found) => ({
        columns: [
          { key: "alarm", label: words.alarm },
          { key: "state", label: words.state },
          { key: "since", label: words.since, kind: "instant" },
          { key: "description", label: words.about },
        ],
        rows: found.alarms.map(({ alarm, state, since, description }) => ({ alarm, state: word(words.alarmStates, state), since, description })),
      })}
      whenDated={words.ofNow}
      csvName="alarms"
    />
  );
}

import type { VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { api } from "../../api.ts";
import { inOneLine } from "../../panel/problem.ts";
import { texts } from "../../texts/index.ts";

const words = texts.health;

export interface RollBackProps {
  family: "recommendations" | "segments";
  from: string;
  to: string;
  /** Called with what to say once it is done. */
  onDone: (said: string) => void;
}

/** A button that asks before it makes the run before live again. */
export function RollBack({ family, from, to, onDone }: RollBackProps): VNode {
  const [isAsking, setAsking] = useState(false);
  const name = words.families[family];
  return (
    <>
      <button type="button" onClick={() => setAsking(true)} aria-label={words.rollBackOf(name)}>
        {words.rollBack}
      </button>
      {isAsking && <Question family={family} name={name} from={from} to={to} onDone={onDone} close={() => setAsking(false)} />}
    </>
  );
}

function Question({ family, name, from, to, onDone, close }: RollBackProps & { name: string; close: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);

  async function go(): Promise<void> {
    setBusy(true);
    setRefusal("");
    try {
      const done = await api().rollBack(family, to);
      dialog.current?.close();
      onDone(words.rolledBack(name, done.live_run));
    } catch (error) {
      setRefusal(words.rollBackFailed(inOneLine(error)));
      setBusy(false);
    }
  }

  return (
    <dialog ref={dialog} class="ask" aria-labelledby={id} onClose={close}>
      <h2 id={id}>{words.rollBackTitle(name)}</h2>
      <p class="note">{words.rollBackText(from, to)}</p>
      <p class="refusal" role="alert">
        {refusal}
      </p>
      <p class="panel-tools">
        <button type="button" disabled={isBusy} onClick={() => void go()}>
          {isBusy ? words.rollBackBusy : words.rollBackGo}
        </button>
        <button type="button" autofocus disabled={isBusy} onClick={() => dialog.current?.close()}>
          {words.cancel}
        </button>
      </p>
    </dialog>
  );
}

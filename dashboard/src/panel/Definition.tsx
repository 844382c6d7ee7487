import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { texts } from "../texts/index.ts";

/** A `?` that says what a figure means: on hover, on focus and on a tap; Escape hides it again. */
export function Definition({ of, text }: { of: string; text: string }): VNode {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <span
      class="definition"
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      <button type="button" class="what" aria-label={texts.panel.whatIs(of)} aria-describedby={id} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onClick={() => setOpen(true)}>
        ?
      </button>
      <span role="tooltip" id={id} class={isOpen ? "tip open" : "tip"}>
        {text}
      </span>
    </span>
  );
}

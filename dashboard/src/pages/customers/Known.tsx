import type { VNode } from "preact";
import { ApiError } from "../../api.ts";
import { Panel, type PanelProps } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";

export interface Asked {
  customerId: string;
}

/** A panel of what the run knows of a customer: of an id that it does not know there is nothing to show, and no error. */
export function Known<T>({ customerId, ...props }: PanelProps<T> & Asked): VNode {
  return (
    <Panel<T | null>
      {...(props as PanelProps<T | null>)}
      load={async () => {
        try {
          return await props.load();
        } catch (error) {
          if (error instanceof ApiError && error.status === 404) return null;
          throw error;
        }
      }}
      enough={(found) => (found === null ? null : (props.enough?.(found) ?? null))}
      isEmpty={(found) => found === null || (props.isEmpty?.(found) ?? false)}
      emptyHelp={props.emptyHelp ?? texts.customers.nothing(customerId)}
    />
  );
}

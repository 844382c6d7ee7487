import type { VNode } from "preact";
import { useParam } from "../filters.ts";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { Brought } from "./customers/Brought.tsx";
import { Expected } from "./customers/Expected.tsx";
import { Happened } from "./customers/Happened.tsx";
import { Recommended } from "./customers/Recommended.tsx";
import { Scores } from "./customers/Scores.tsx";

const words = texts.customers;

export default function Customers(): VNode {
  const [customerId, setCustomerId] = useParam("customer_id");
  return (
    <Page
      title={texts.pages.customers}
      hasDates
      intro={customerId ? undefined : words.none}
      filters={
        <label>
          <span>{words.search}</span>
          <input
            key={customerId}
            type="search"
            name="customer_id"
            autocomplete="off"
            defaultValue={customerId}
            onChange={(event) => setCustomerId(event.currentTarget.value.trim())}
          />
        </label>
      }
    >
      {customerId !== "" && (
        <>
          <Scores customerId={customerId} />
          <Expected customerId={customerId} />
          <Brought customerId={customerId} />
          <Happened customerId={customerId} />
          <Recommended key={customerId} customerId={customerId} />
        </>
      )}
    </Page>
  );
}

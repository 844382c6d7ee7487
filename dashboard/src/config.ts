import { texts } from "./texts/index.ts";

/** What the stack writes into `/config.json`: the page is built once and learns at run time whose it is. */
export interface Config {
  /** Root of the public API, such as `https://…/prod/api/v1`. */
  api: string;
  client_id: string;
  user_pool_id: string;
  /** Where Cognito answers. */
  cognito: string;
  is_local: boolean;
  /** The shop's IANA time zone; UTC where it is left out. */
  timezone?: string;
  /** The public key of the browser plan, for what the storefront asks; it only meters. */
  browser_key?: string;
}

const NEEDED = ["api", "client_id", "user_pool_id", "cognito"] as const;

/** Check a configuration. @throws Error that names the missing field, the place and the next step. */
export function checkConfig(found: unknown): Config {
  if (typeof found !== "object" || found === null || Array.isArray(found))
    throw new Error(texts.config.noObject);
  const fields = found as Record<string, unknown>;
  for (const name of NEEDED) {
    const value = fields[name];
    if (typeof value !== "string" || value === "")
      throw new Error(texts.config.noText(name, JSON.stringify(value) ?? texts.config.nothing));
  }
  return {
    ...(fields as unknown as Config),
    api: (fields["api"] as string).replace(/\/+$/, ""),
    is_local: fields["is_local"] === true,
  };
}

export async function loadConfig(fetcher: typeof fetch = fetch): Promise<Config> {
  const answer = await fetcher("/config.json", { credentials: "same-origin" });
  if (!answer.ok) throw new Error(texts.config.refused(answer.status));
  let found: unknown;
  try {
    found = await answer.json();
  } catch (error) {
    throw new Error(texts.config.noJson, { cause: error });
  }
  return checkConfig(found);
}

/** Who is signed in, where the tokens are kept, and when they are renewed. */
import { createStore, type Store } from "../store.ts";
import { CognitoError, type Cognito, type Step, type Tokens } from "./cognito.ts";

export const VIEWER = "viewer";
export const ADMIN = "admin";

/** Somebody who is signed in. */
export interface Session {
  email: string;
  groups: readonly string[];
  isAdmin: boolean;
  /** Whether any group lets them read. */
  mayRead: boolean;
}

interface Kept {
  idToken: string;
  refreshToken: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Auth {
  session: Store<Session | null>;
  signIn(username: string, password: string, isKept: boolean): Promise<Step>;
  setPassword(step: Extract<Step, { kind: "new-password" }>, password: string): Promise<Step>;
  giveCode(step: Extract<Step, { kind: "code" }>, code: string): Promise<Step>;
  enrol(step: Extract<Step, { kind: "enrol" }>, code: string): Promise<Step>;
  /** Return a token that is good for a minute at least; null where nobody is signed in any more. */
  token(isFresh?: boolean): Promise<string | null>;
  signOut(): Promise<void>;
  /** Take note that another tab took an entry of the device away; null stands for all entries. */
  noteRemoved(key: string | null): void;
}

const KEY = "patronage.session";
/** Cognito's refusals after which no renewal can succeed; others, such as that of too many questions, pass. */
const ENDED = ["NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException", "PasswordResetRequiredException", "ResourceNotFoundException", "RefreshTokenReuseException"];
const SPARE_MS = 60_000;

export interface Storages {
  /** Until the browser's tab is closed. */
  tab: Storage;
  /** Until somebody signs out. */
  device: Storage;
}

export function createAuth(cognito: Cognito, storages: Storages, now: () => number = Date.now): Auth {
  let storage = storages.device.getItem(KEY) ? storages.device : storages.tab;
  let kept = readKept(storage);
  let renewing: Promise<string | null> | null = null;
  const session = createStore<Session | null>(kept ? sessionOf(kept.idToken) : null);

  function keep(tokens: Tokens, refreshToken: string): void {
    kept = { idToken: tokens.IdToken, refreshToken, expiresAt: now() + tokens.ExpiresIn * 1000 };
    storage.setItem(KEY, JSON.stringify(kept));
    session.set(sessionOf(kept.idToken));
  }

  function forget(): void {
    kept = null;
    storages.tab.removeItem(KEY);
    storages.device.removeItem(KEY);
    session.set(null);
  }

  function taken(step: Step): Step {
    if (step.kind === "done") keep(step.tokens, step.tokens.RefreshToken ?? "");
    return step;
  }

  async function renew(refreshToken: string): Promise<string | null> {
    try {
      const tokens = await cognito.refresh(refreshToken);
      // Somebody may have signed out meanwhile.
      if (kept?.refreshToken !== refreshToken) return null;
      keep(tokens, tokens.RefreshToken ?? refreshToken);
      return tokens.IdToken;
    } catch (error) {
      if (!(error instanceof CognitoError && ENDED.includes(error.code))) throw error;
      forget();
      return null;
    }
  }

  return {
    session,
    async signIn(username, password, isKept) {
      storage = isKept ? storages.device : storages.tab;
      return taken(await cognito.signIn(username, password));
    },
    async setPassword(step, password) {
      return taken(await cognito.setPassword(step, password));
    },
    async giveCode(step, code) {
      return taken(await cognito.giveCode(step, code));
    },
    async enrol(step, code) {
      return taken(await cognito.enrol(step, code));
    },
    async token(isFresh = false) {
      if (!kept) return null;
      if (!isFresh && kept.expiresAt - now() > SPARE_MS) return kept.idToken;
      if (!kept.refreshToken) {
        forget();
        return null;
      }
      renewing ??= renew(kept.refreshToken).finally(() => {
        renewing = null;
      });
      return renewing;
    },
    async signOut() {
      const refreshToken = kept?.refreshToken;
      forget();
      // The page forgets the tokens in any case; that Cognito does too is the better half.
      if (refreshToken) await cognito.revoke(refreshToken).catch(() => undefined);
    },
    noteRemoved(key) {
      if (kept && storage === storages.device && (key === null || key === KEY)) forget();
    },
  };
}

function readKept(storage: Storage): Kept | null {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? "null") as Kept | null;
    return found && typeof found.idToken === "string" && sessionOf(found.idToken) ? found : null;
  } catch {
    return null;
  }
}

/** Read who a token names. The API checks its signature; the page only shows what it says. */
export function sessionOf(idToken: string): Session {
  const claims = claimsOf(idToken);
  const found = claims["cognito:groups"];
  const groups = Array.isArray(found) ? found.map(String) : typeof found === "string" ? found.split(/[\s,]+/) : [];
  const isAdmin = groups.includes(ADMIN);
  return { email: String(claims["email"] ?? claims["cognito:username"] ?? ""), groups, isAdmin, mayRead: isAdmin || groups.includes(VIEWER) };
}

function claimsOf(token: string): Record<string, unknown> {
  const middle = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(middle.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

import { beforeEach, describe, expect, it } from "vitest";
import { type Cognito, CognitoError, createCognito, enrolmentLink, type Tokens } from "../src/auth/cognito.ts";
import { createAuth, sessionOf } from "../src/auth/session.ts";
import { refusalText } from "../src/auth/SignIn.tsx";

class Shelf implements Storage {
  readonly #kept = new Map<string, string>();
  get length(): number { return this.#kept.size; }
  clear(): void { this.#kept.clear(); }
  key(at: number): string | null { return [...this.#kept.keys()][at] ?? null; }
  getItem(name: string): string | null { return this.#kept.get(name) ?? null; }
  setItem(name: string, value: string): void { this.#kept.set(name, value); }
  removeItem(name: string): void { this.#kept.delete(name); }
}

const tokenOf = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
const tokens = (n: number, more: Partial<Tokens> = {}): Tokens => ({
  IdToken: tokenOf({ email: "vera@shop.example", "cognito:groups": ["viewer"], n }), AccessToken: "a", ExpiresIn: 3600, ...more,
});

let clock = 0;
let tab: Shelf;
let device: Shelf;
let revoked: string[];
let refreshes: number;
let refresh: () => Promise<Tokens>;

function auth() {
  const cognito: Cognito = {
    signIn: async () => ({ kind: "done", tokens: tokens(1, { RefreshToken: "r" }) }),
    setPassword: async () => ({ kind: "done", tokens: tokens(1, { RefreshToken: "r" }) }),
    giveCode: async () => ({ kind: "done", tokens: tokens(1, { RefreshToken: "r" }) }),
    enrol: async () => ({ kind: "done", tokens: tokens(1, { RefreshToken: "r" }) }),
    refresh: () => { refreshes += 1; return refresh(); },
    revoke: async (token) => { revoked.push(token); },
  };
  return createAuth(cognito, { tab, device }, () => clock);
}

beforeEach(() => {
  [clock, tab, device, revoked, refreshes] = [0, new Shelf(), new Shelf(), [], 0];
  refresh = async () => tokens(2);
});

describe("a session", () => {
  it("is of the tab, unless the device is to keep it", async () => {
    await auth().signIn("v", "p", false);
    expect([tab.length, device.length]).toEqual([1, 0]);
    await auth().signIn("v", "p", true);
    expect(device.length).toBe(1);
  });
  it("goes on after a reload", async () => {
    await auth().signIn("v", "p", false);
    expect(auth().session.get()).toEqual({ email: "vera@shop.example", groups: ["viewer"], isAdmin: false, mayRead: true });
  });
  it("renews its token once, a minute before it ends, for all who ask", async () => {
    const one = auth();
    await one.signIn("v", "p", false);
    clock = 3_539_000;
    expect(await one.token()).toBe(tokens(1).IdToken);
    clock = 3_541_000;
    expect(await Promise.all([one.token(), one.token()])).toEqual([tokens(2).IdToken, tokens(2).IdToken]);
    expect(refreshes).toBe(1);
  });
  it("ends where Cognito renews it no more", async () => {
    const one = auth();
    await one.signIn("v", "p", false);
    refresh = async () => { throw new CognitoError("NotAuthorizedException", "Refresh Token has been revoked"); };
    expect(await one.token(true)).toBeNull();
    expect([one.session.get(), tab.length]).toEqual([null, 0]);
  });
  it("stays while the network is away", async () => {
    const one = auth();
    await one.signIn("v", "p", false);
    refresh = async () => { throw new TypeError("Failed to fetch"); };
    await expect(one.token(true)).rejects.toThrow("Failed to fetch");
    expect(one.session.get()).not.toBeNull();
  });
  it.each(["TooManyRequestsException", "InternalErrorException", "Http503"])("stays where Cognito refuses with %s for the moment", async (code) => {
    const one = auth();
    await one.signIn("v", "p", false);
    refresh = async () => { throw new CognitoError(code, "later"); };
    await expect(one.token(true)).rejects.toThrow("later");
    expect([one.session.get()?.email, tab.length]).toEqual(["vera@shop.example", 1]);
  });
  it("ends in every tab of a device that kept it, and in no tab that has its own", async () => {
    const [own, kept] = [auth(), auth()];
    await own.signIn("v", "p", false);
    await kept.signIn("v", "p", true);
    const other = auth();
    for (const each of [own, kept, other]) each.noteRemoved("another.entry");
    expect(other.session.get()).not.toBeNull();
    tab.setItem("patronage.session", device.getItem("patronage.session") ?? "");
    for (const each of [own, other]) each.noteRemoved("patronage.session");
    expect([own.session.get()?.email, other.session.get(), await other.token()]).toEqual(["vera@shop.example", null, null]);
    kept.noteRemoved(null);
    expect(kept.session.get()).toBeNull();
  });
  it("is gone after signing out, even where a renewal comes late", async () => {
    const one = auth();
    await one.signIn("v", "p", true);
    let answer: (found: Tokens) => void = () => undefined;
    refresh = () => new Promise((resolve) => { answer = resolve; });
    const late = one.token(true);
    await one.signOut();
    answer(tokens(3));
    expect([await late, one.session.get(), device.length, revoked]).toEqual([null, null, 0, ["r"]]);
  });
  it("forgets a spoilt entry", () => {
    tab.setItem("patronage.session", '{"idToken": "x"}');
    expect(auth().session.get()).toBeNull();
  });
  it("reads groups in either form", () => {
    expect(sessionOf(tokenOf({ email: "ä@b", "cognito:groups": "[admin viewer]".replace(/[[\]]/g, "") })).isAdmin).toBe(true);
    expect(sessionOf(tokenOf({ email: "ä@b" }))).toEqual({ email: "ä@b", groups: [], isAdmin: false, mayRead: false });
  });
});

describe("Cognito", () => {
  const asked: { action: string; body: Record<string, unknown> }[] = [];
  const answering = (...answers: [number, object][]): typeof fetch => async (_, init) => {
    asked.push({ action: new Headers(init?.headers).get("X-Amz-Target")?.split(".")[1] ?? "", body: JSON.parse(String(init?.body)) as Record<string, unknown> });
    const [status, body] = answers.shift() ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  };
  const pool = { cognito: "https://cognito.example", client_id: "c", user_pool_id: "eu-west-1_P" };
  const verifier = { ChallengeName: "PASSWORD_VERIFIER", ChallengeParameters: { USER_ID_FOR_SRP: "id-1", SALT: "0a", SRP_B: "abc", SECRET_BLOCK: "AAAA" } };

  it("is asked for the first password's successor, by the user's own id", async () => {
    asked.length = 0;
    const cognito = createCognito(pool, answering([200, verifier], [200, { ChallengeName: "NEW_PASSWORD_REQUIRED", Session: "s", ChallengeParameters: { requiredAttributes: '["userAttributes.name"]' } }], [200, { AuthenticationResult: tokens(1) }]));
    const step = await cognito.signIn("v@x", "secret");
    expect(step).toEqual({ kind: "new-password", username: "id-1", session: "s", lacking: ["userAttributes.name"] });
    if (step.kind === "new-password") expect((await cognito.setPassword(step, "new")).kind).toBe("done");
    expect(asked.map((each) => each.action)).toEqual(["InitiateAuth", "RespondToAuthChallenge", "RespondToAuthChallenge"]);
    expect(JSON.stringify(asked)).not.toContain('"secret"');
    expect(asked[2]?.body["ChallengeResponses"]).toEqual({ USERNAME: "id-1", NEW_PASSWORD: "new" });
  });
  it("asks for the code of the app", async () => {
    const cognito = createCognito(pool, answering([200, verifier], [200, { ChallengeName: "SOFTWARE_TOKEN_MFA", Session: "s" }], [400, { __type: "x#CodeMismatchException", message: "no" }]));
    const step = await cognito.signIn("v@x", "secret");
    expect(step.kind).toBe("code");
    if (step.kind === "code") await expect(cognito.giveCode(step, "000000")).rejects.toMatchObject({ code: "CodeMismatchException" });
  });
  it("has an authenticator app set up where the pool asks for one", async () => {
    asked.length = 0;
    const setUp = { ChallengeName: "MFA_SETUP", Session: "s1", ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' } };
    const cognito = createCognito(pool, answering([200, verifier], [200, setUp], [200, { SecretCode: "JBSWY3DPEHPK3PXP", Session: "s2" }], [200, { Status: "SUCCESS", Session: "s3" }], [200, { AuthenticationResult: tokens(1) }]));
    const step = await cognito.signIn("v@x", "secret");
    expect(step).toEqual({ kind: "enrol", username: "id-1", session: "s2", secret: "JBSWY3DPEHPK3PXP" });
    if (step.kind === "enrol") expect((await cognito.enrol(step, "123456")).kind).toBe("done");
    expect(asked.slice(2).map(({ action, body }) => [action, body])).toEqual([
      ["AssociateSoftwareToken", { Session: "s1" }],
      ["VerifySoftwareToken", { Session: "s2", UserCode: "123456" }],
      ["RespondToAuthChallenge", { ClientId: "c", ChallengeName: "MFA_SETUP", ChallengeResponses: { USERNAME: "id-1" }, Session: "s3" }],
    ]);
  });
  it("does not go on with a wrong first code of the app", async () => {
    const cognito = createCognito(pool, answering([400, { __type: "EnableSoftwareTokenMFAException", message: "Code mismatch" }]));
    const error: unknown = await cognito.enrol({ kind: "enrol", username: "id-1", session: "s", secret: "A" }, "000000").catch((found: unknown) => found);
    expect(refusalText(error)).toContain("code is wrong");
  });
  it("names the account in the link for the app", () =>
    expect(enrolmentLink("JBSWY3DPEHPK3PXP", "vera+1@shop.example", "Patronage")).toBe("otpauth://totp/Patronage:vera%2B1%40shop.example?secret=JBSWY3DPEHPK3PXP&issuer=Patronage"));
  it("names what it refuses", async () => {
    const cognito = createCognito(pool, answering([400, { __type: "NotAuthorizedException", message: "Incorrect username or password." }]));
    const error: unknown = await cognito.signIn("v@x", "p").catch((found: unknown) => found);
    expect(refusalText(error)).toBe("E-mail or password is wrong.");
    expect(refusalText(new CognitoError("MFA_SETUP", ""))).toContain("MFA_SETUP");
    expect(refusalText(new TypeError("Failed to fetch"))).toContain("cannot be reached");
  });
});

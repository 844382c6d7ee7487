/** The calls of Cognito that signing in needs, as plain HTTPS: no SDK. */
import { begin, prove, timestampOf } from "./srp.ts";

/** Cognito refused: `code` is its name of the rule, such as NotAuthorizedException. */
export class CognitoError extends Error {
  override readonly name = "CognitoError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Tokens {
  IdToken: string;
  AccessToken: string;
  /** Missing after a refresh: the old one goes on. */
  RefreshToken?: string;
  ExpiresIn: number;
}

interface Answer {
  ChallengeName?: string;
  ChallengeParameters?: Record<string, string>;
  Session?: string;
  AuthenticationResult?: Tokens;
  /** Of an authenticator app that is being set up. */
  SecretCode?: string;
}

/** How a sign-in stands: done, or Cognito asks for one thing more. */
export type Step =
  | { kind: "done"; tokens: Tokens }
  | { kind: "new-password"; username: string; session: string; lacking: string[] }
  | { kind: "code"; username: string; session: string }
  | { kind: "enrol"; username: string; session: string; secret: string };

export interface Pool {
  cognito: string;
  client_id: string;
  user_pool_id: string;
}

export interface Cognito {
  signIn(username: string, password: string): Promise<Step>;
  setPassword(step: Extract<Step, { kind: "new-password" }>, password: string): Promise<Step>;
  giveCode(step: Extract<Step, { kind: "code" }>, code: string): Promise<Step>;
  /** Give the first code of an authenticator app that has just learnt its secret. */
  enrol(step: Extract<Step, { kind: "enrol" }>, code: string): Promise<Step>;
  refresh(refreshToken: string): Promise<Tokens>;
  revoke(refreshToken: string): Promise<void>;
}

export function createCognito(pool: Pool, fetcher: typeof fetch = fetch, now: () => Date = () => new Date()): Cognito {
  const ClientId = pool.client_id;

  async function call(action: string, body: object): Promise<Answer> {
    const answer = await fetcher(pool.cognito, {
      method: "POST",
      headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `AWSCognitoIdentityProviderService.${action}` },
      body: JSON.stringify(body),
      credentials: "omit",
    });
    const text = await answer.text();
    const found = (text ? JSON.parse(text) : {}) as Answer & { __type?: string; message?: string; Message?: string };
    if (answer.ok) return found;
    throw new CognitoError(found.__type?.split("#").pop() ?? `Http${answer.status}`, found.message ?? found.Message ?? "");
  }

  function respond(name: string, responses: Record<string, string>, session?: string): Promise<Answer> {
    return call("RespondToAuthChallenge", {
      ClientId,
      ChallengeName: name,
      ChallengeResponses: responses,
      ...(session ? { Session: session } : {}),
    });
  }

  /** Say how the sign-in stands; an app that must be set up gets its secret at once. */
  async function stepOf(answer: Answer, username: string): Promise<Step> {
    if (answer.ChallengeName !== "MFA_SETUP") return challengeOf(answer, username);
    const begun = await call("AssociateSoftwareToken", { Session: answer.Session ?? "" });
    if (!begun.SecretCode) throw new CognitoError("UnexpectedAnswer", "the authenticator app gets no secret");
    return { kind: "enrol", username: answer.ChallengeParameters?.["USER_ID_FOR_SRP"] ?? username, session: begun.Session ?? "", secret: begun.SecretCode };
  }

  return {
    async signIn(username, password) {
      const begun = begin();
      const asked = await call("InitiateAuth", {
        ClientId,
        AuthFlow: "USER_SRP_AUTH",
        AuthParameters: { USERNAME: username, SRP_A: begun.publicHex },
      });
      if (asked.ChallengeName !== "PASSWORD_VERIFIER") return stepOf(asked, username);
      const parameters = asked.ChallengeParameters ?? {};
      const userId = needed(parameters, "USER_ID_FOR_SRP");
      const secretBlock = needed(parameters, "SECRET_BLOCK");
      const timestamp = timestampOf(now());
      const challenge = {
        poolId: pool.user_pool_id,
        userId,
        password,
        saltHex: needed(parameters, "SALT"),
        serverHex: needed(parameters, "SRP_B"),
        secretBlock,
      };
      const proof = {
        USERNAME: userId,
        PASSWORD_CLAIM_SECRET_BLOCK: secretBlock,
        PASSWORD_CLAIM_SIGNATURE: await prove(begun, challenge, timestamp),
        TIMESTAMP: timestamp,
      };
      return stepOf(await respond("PASSWORD_VERIFIER", proof, asked.Session), userId);
    },
    async setPassword(step, password) {
      const answer = await respond("NEW_PASSWORD_REQUIRED", { USERNAME: step.username, NEW_PASSWORD: password }, step.session);
      return stepOf(answer, step.username);
    },
    async giveCode(step, code) {
      const answer = await respond("SOFTWARE_TOKEN_MFA", { USERNAME: step.username, SOFTWARE_TOKEN_MFA_CODE: code }, step.session);
      return stepOf(answer, step.username);
    },
    async enrol(step, code) {
      const verified = await call("VerifySoftwareToken", { Session: step.session, UserCode: code });
      const answer = await respond("MFA_SETUP", { USERNAME: step.username }, verified.Session ?? step.session);
      return stepOf(answer, step.username);
    },
    async refresh(refreshToken) {
      const answer = await call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: refreshToken } });
      if (!answer.AuthenticationResult) throw new CognitoError("UnexpectedAnswer", "a refresh brought no tokens");
      return answer.AuthenticationResult;
    },
    async revoke(refreshToken) {
      await call("RevokeToken", { ClientId, Token: refreshToken });
    },
  };
}

/** Write the link with which an authenticator app takes an account up. */
export function enrolmentLink(secret: string, account: string, issuer: string): string {
  const label = [issuer, account].map(encodeURIComponent).join(":");
  return `otpauth://totp/${label}?${new URLSearchParams({ secret, issuer })}`;
}

function challengeOf(answer: Answer, username: string): Step {
  if (answer.AuthenticationResult) return { kind: "done", tokens: answer.AuthenticationResult };
  const parameters = answer.ChallengeParameters ?? {};
  const session = answer.Session ?? "";
  const name = parameters["USER_ID_FOR_SRP"] ?? username;
  if (answer.ChallengeName === "NEW_PASSWORD_REQUIRED") {
    return { kind: "new-password", username: name, session, lacking: listed(parameters["requiredAttributes"]) };
  }
  if (answer.ChallengeName === "SOFTWARE_TOKEN_MFA") return { kind: "code", username: name, session };
  throw new CognitoError("UnknownChallenge", answer.ChallengeName ?? "");
}

function listed(text: string | undefined): string[] {
  const found: unknown = text ? JSON.parse(text) : [];
  return Array.isArray(found) ? found.map(String) : [];
}

function needed(parameters: Record<string, string>, name: string): string {
  const value = parameters[name];
  if (!value) throw new CognitoError("UnexpectedAnswer", `the challenge lacks ${name}`);
  return value;
}

import type { TargetedSubmitEvent, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { texts } from "../texts/index.ts";
import { CognitoError, enrolmentLink, type Step } from "./cognito.ts";
import type { Auth } from "./session.ts";

type Asked = Exclude<Step, { kind: "done" }>;

/** Sign in: e-mail and password, then what Cognito asks for besides. The address stays, so a deep link goes on. */
export function SignIn({ auth, hasEnded }: { auth: Auth; hasEnded: boolean }): VNode {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [refusal, setRefusal] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [email, setEmail] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), [asked]);
  useEffect(() => {
    document.title = texts.shell.titleOf(texts.signIn.title);
  }, []);

  async function go(work: () => Promise<Step>): Promise<void> {
    setBusy(true);
    setRefusal("");
    try {
      const step = await work();
      setAsked(step.kind === "done" ? null : step);
      if (step.kind === "new-password" && step.lacking.length > 0) setRefusal(texts.signIn.errors.lacking(step.lacking.join(", ")));
    } catch (error) {
      setRefusal(refusalText(error));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: TargetedSubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string): string => String(form.get(name) ?? "");
    if (asked?.kind === "new-password") void go(() => auth.setPassword(asked, field("new-password")));
    else if (asked?.kind === "code") void go(() => auth.giveCode(asked, field("code").replaceAll(/\s/g, "")));
    else if (asked?.kind === "enrol") void go(() => auth.enrol(asked, field("code").replaceAll(/\s/g, "")));
    else {
      setEmail(field("email").trim());
      void go(() => auth.signIn(field("email").trim(), field("password"), form.has("keep")));
    }
  }

  const { title, intro, action } = wordsOf(asked);
  return (
    <main class="sign-in" id="main">
      <form onSubmit={submit} aria-labelledby="sign-in-title">
        <p class="brand">{texts.brand}</p>
        <h1 id="sign-in-title">{title}</h1>
        <p class="muted">{hasEnded && !asked ? texts.signIn.ended : intro}</p>
        {asked === null && (
          <>
            <label>
              <span>{texts.signIn.email}</span>
              <input ref={first} name="email" type="email" autocomplete="username" required />
            </label>
            <label>
              <span>{texts.signIn.password}</span>
              <input name="password" type="password" autocomplete="current-password" required />
            </label>
            <label class="check">
              <input name="keep" type="checkbox" />
              <span>{texts.signIn.keep}</span>
            </label>
          </>
        )}
        {asked?.kind === "new-password" && (
          <label>
            <span>{texts.signIn.newPassword}</span>
            <input ref={first} name="new-password" type="password" autocomplete="new-password" minLength={12} required aria-describedby="new-rule" />
            <small id="new-rule" class="muted">
              {texts.signIn.newRule}
            </small>
          </label>
        )}
        {asked?.kind === "enrol" && (
          <div>
            <p>{texts.signIn.enrolKey}</p>
            <p>
              <code class="secret">{asked.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
            </p>
            <a href={enrolmentLink(asked.secret, email, texts.brand)}>{texts.signIn.enrolLink}</a>
          </div>
        )}
        {(asked?.kind === "code" || asked?.kind === "enrol") && (
          <label>
            <span>{texts.signIn.code}</span>
            <input ref={first} name="code" type="text" inputMode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required />
          </label>
        )}
        <p class="refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? texts.signIn.busy : action}
        </button>
        {asked && (
          <button type="button" class="quiet" onClick={() => setAsked(null)}>
            {texts.signIn.back}
          </button>
        )}
      </form>
    </main>
  );
}

function wordsOf(asked: Asked | null): { title: string; intro: string; action: string } {
  const words = texts.signIn;
  if (asked?.kind === "new-password") return { title: words.newTitle, intro: words.newIntro, action: words.newGo };
  if (asked?.kind === "enrol") return { title: words.enrolTitle, intro: words.enrolIntro, action: words.enrolGo };
  if (asked?.kind === "code") return { title: words.codeTitle, intro: words.codeIntro, action: words.codeGo };
  return { title: words.title, intro: words.intro, action: words.go };
}

/** Say what a refusal means and what to do. */
export function refusalText(error: unknown): string {
  const words = texts.signIn.errors;
  if (!globalThis.crypto?.subtle) return words.insecure;
  if (!(error instanceof CognitoError)) return error instanceof TypeError ? words.unreachable : words.other(String(error));
  switch (error.code) {
    case "NotAuthorizedException":
      return /session|expired/i.test(error.message) ? words.expired : words.wrong;
    case "UserNotFoundException":
      return words.wrong;
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return words.wrongCode;
    case "ExpiredCodeException":
      return words.expired;
    case "InvalidPasswordException":
      return words.weak;
    case "PasswordResetRequiredException":
      return words.reset;
    case "UserNotConfirmedException":
      return words.unconfirmed;
    case "TooManyRequestsException":
    case "LimitExceededException":
      return words.many;
    default:
      return words.other(error.code);
  }
}

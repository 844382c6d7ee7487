/** What the page says of a refusal of the API: a sentence of its own, and below it the API's words, which name values. */
import { ApiError } from "../api.ts";
import { texts } from "../texts/index.ts";
import { at } from "../texts/words.ts";

const words = texts.said.problems;
const NO_GENERATION = "urn:problem-type:patronage:no-generation-yet";

/** Whether the page's address asks for what the data do not hold: to ask again is no help. */
export function isBeyondTheData({ status, problem }: ApiError): boolean {
  return status === 400 && at(words.beyond, problem.rule ?? "") !== undefined;
}

/** Say in the page's words why the API refused. */
export function whyOf(error: ApiError): string {
  const { status, problem, retryAfterSeconds } = error;
  if (problem.words !== undefined) return problem.words;
  switch (status) {
    case 0:
      return texts.panel.unreachable;
    case 400:
      return at(words.beyond, problem.rule ?? "") ?? words.badRequest;
    case 401:
      return texts.panel.signedOutHelp;
    case 403:
      return texts.panel.forbiddenHelp;
    case 404:
      return words.notFound;
    case 409:
      return words.conflict;
    case 413:
      return words.tooLarge;
    case 429:
      return texts.panel.tooMany(retryAfterSeconds ?? 1);
    case 503:
      return problem.type === NO_GENERATION ? words.noGeneration : words.unavailable;
    default:
      return words.failed;
  }
}

/** Return the API's own words, and the number by which its log has the request: particulars for who looks into it. */
export function detailOf({ problem }: ApiError): string {
  return [problem.detail ?? "", problem.request_id ? texts.panel.requestId(problem.request_id) : ""].filter(Boolean).join(" ");
}

/** Say in one line why something that was asked for was not done. */
export function inOneLine(error: unknown): string {
  if (error instanceof ApiError) return [whyOf(error), detailOf(error)].filter(Boolean).join(" ");
  return error instanceof Error ? error.message : String(error);
}

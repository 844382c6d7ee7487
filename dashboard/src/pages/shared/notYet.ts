import { ApiError } from "../../api.ts";
import { texts } from "../../texts/index.ts";

/** Take "there is no such document" for "not yet": the answer says which run brings it, and a retry may find it. */
export async function notYet<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw new ApiError(503, { ...error.problem, words: texts.said.problems.notYet }, error.retryAfterSeconds, error);
    throw error;
  }
}

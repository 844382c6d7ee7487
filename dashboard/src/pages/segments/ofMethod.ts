/** The segments of a method, and the way to the page of one. */
import { api } from "../../api.ts";
import { href, pathOf } from "../../router.ts";
import type { Segments } from "../../types.ts";
import { type Method, withOurWords } from "../../views/segments.ts";

/** Write the link to the page of a segment. */
export function toSegment(id: string, method: Method): string {
  return href(pathOf("/segments/:id", { id }), { method: method === "rfm" ? undefined : method });
}

/** Return the segments of a method, named in the words of this page. */
export async function segmentsOf(method: Method): Promise<Segments> {
  return withOurWords(await api().segments({ method }), method);
}

/** Join the sentences of a note that are there. */
export function sentences(...parts: readonly (string | null)[]): string | null {
  return parts.filter((each) => each !== null).join(" ") || null;
}

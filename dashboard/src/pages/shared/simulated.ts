/** Whether an answer says that simulated events are among those that it was made of. */
export function isSimulated(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && (answer as { is_simulated?: unknown }).is_simulated === true;
}

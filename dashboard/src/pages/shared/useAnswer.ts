import { useEffect, useState } from "preact/hooks";

/** Ask for what a page has beside its panels, as what there is to choose from; null while it is asked for, and where it cannot be had. */
export function useAnswer<T>(load: () => Promise<T>, deps: readonly unknown[]): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  useEffect(() => {
    let isStale = false;
    setAnswer(null);
    load().then(
      (found) => {
        if (!isStale) setAnswer(found);
      },
      () => undefined, // the panels say why
    );
    return () => {
      isStale = true;
    };
  }, deps);
  return answer;
}

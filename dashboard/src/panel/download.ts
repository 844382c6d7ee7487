const BOM = "\uFEFF";
const LATER_MS = 10_000;

/** Save a text as a CSV file; the mark at its start lets Excel read UTF-8. */
export function saveCsv(name: string, text: string): void {
  saveBlob(`${name}.csv`, new Blob([BOM, text], { type: "text/csv;charset=utf-8" }));
}

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), LATER_MS);
}

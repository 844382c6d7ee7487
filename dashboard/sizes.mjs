/** Print the gzipped sizes of what the browser fetches first; fail over the budget. */
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 350;
const FIRST_PAGE = "src/pages/Overview.tsx";
const CHARTS = "src/chart/echarts.ts";
const manifestPath = new URL("dist/.vite/manifest.json", import.meta.url);

if (!existsSync(manifestPath)) throw new Error(`${manifestPath.pathname} is not there; run: npm run build`);
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
const sizeOf = (file) => gzipSync(readFileSync(new URL(`dist/${file}`, import.meta.url)), { level: 9 }).length;

/** Every file that a chunk needs before it runs. */
function filesOf(key, found = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no chunk ${key}`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const file of chunk.css ?? []) found.add(file);
  for (const other of chunk.imports ?? []) filesOf(other, found);
  return found;
}

const seen = new Set();
let scripts = 0;
for (const [name, key] of [["shell", "index.html"], ["overview", FIRST_PAGE], ["charts", CHARTS]]) {
  let size = 0;
  for (const file of filesOf(key)) {
    if (seen.has(file)) continue;
    seen.add(file);
    size += sizeOf(file);
    if (file.endsWith(".js")) scripts += sizeOf(file);
  }
  console.log(`${name.padEnd(9)} ${(size / 1024).toFixed(1).padStart(7)} KB`);
}
console.log(`scripts   ${(scripts / 1024).toFixed(1).padStart(7)} of ${BUDGET_KB} KB gzipped at the first load of the overview, charts too`);
if (scripts > BUDGET_KB * 1024) process.exit(1);

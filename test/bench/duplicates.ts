/** Clusters a million short texts and measures leakage: `node --import tsx test/bench/duplicates.ts [ROWS]`. */
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {defineDataset, nearDuplicates, pull} from "../../src/data/datasets/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import {openStore} from "../../src/base/store/index.js";

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));

/** Texts of 8 to 17 words; a tenth are the text before with a word more. */
function* texts() {
  const random = rng("duplicates");
  let last = "";
  for (let i = 0; i < rows; i++) {
    last =
      i > 0 && random() < 0.1
        ? `${last} again`
        : Array.from({length: 8 + random.int(10)}, () => `w${random.int(20_000).toString(36)}`).join(" ");
    yield {id: i, text: last};
  }
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const result = await run();
  const {user, system} = process.cpuUsage(cpu);
  console.log(
    `${what}: ${((performance.now() - started) / 1000).toFixed(1)} s, CPU ${((user + system) / 1e6).toFixed(1)} s, peak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`
  );
  return result;
}

try {
  const store = await openStore(folder);
  const definition = defineDataset({
    name: "texts",
    id: "id",
    text: "text",
    source: {kind: "rows", rows: texts}
  });
  const {version} = await timed(`pull of ${rows} rows`, () => pull(store.workspace, definition));
  store.refresh();
  const found = await timed("clusters of near-duplicates", () => nearDuplicates(store, version));
  console.log(`${found.clusters} clusters, ${found.rows} rows in them`);
  const split = await timed("random split with all measures", () =>
    ensureSplit(store, version, {strategy: "random"})
  );
  console.log(JSON.stringify(split.measures));
  await timed("cluster split with all measures", () => ensureSplit(store, version, {strategy: "cluster"}));
  store.close();
} finally {
  await rm(folder, {recursive: true, force: true});
}

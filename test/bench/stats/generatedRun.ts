import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {writeJsonAtomic} from "../../../src/base/system/index.js";
import {
  type ColumnTypes,
  COMPLETIONS,
  ITEMS,
  openStore,
  openWorkspace,
  type RunManifest,
  SCORES,
  sqlName,
  type Store,
  writeParquet
} from "../../../src/base/store/index.js";
import {runDir} from "../../support/folders.js";

export interface Size {
  rows: number;
  candidates: number;
  /** Values of each of the two slicings. */
  values: number;
}

/**
 * Seals a run of generated 0/1 scores, in threads of four rows that are easy or hard together, and opens its store.
 * The scores stand in the file as a run writes them, row by row.
 */
export async function generatedRun(folder: string, size: Size): Promise<{store: Store; run: RunManifest}> {
  const {rows, candidates, values} = size;
  const workspace = await openWorkspace(folder, join(folder, ".assay"));
  const id = "generated-000000000000";
  await mkdir(runDir(workspace, id), {recursive: true});
  const maker = await openStore(workspace);
  const luck = (...parts: string[]) => `(hash(${parts.join(", ")}) % 1000000) / 1e6`;
  const write = async (name: string, columns: ColumnTypes, from: string, given: Record<string, string>) => {
    const list = Object.entries(columns).map(
      ([column, type]) => `cast(${given[column] ?? "null"} as ${type}) as ${sqlName(column)}`
    );
    await writeParquet(
      maker,
      join(runDir(workspace, id), `${name}.parquet`),
      `select ${list.join(", ")} from ${from}`
    );
  };
  const each = `range(${rows}) r(r), range(${candidates}) c(c)`;
  const common = {
    run: `'${id}'`,
    row_id: "'row-' || r",
    candidate: "'candidate ' || c",
    variant: "'default'",
    repeat: "0"
  };
  await write("items", ITEMS, `range(${rows}) r(r)`, {
    ...common,
    position: "r",
    cluster: "'thread-' || (r // 4)",
    slices: `json_object('topic', 'topic ' || (r // 4 * 7 % ${values}), 'length', 'length ' || (r * 13 % ${values}))`
  });
  await write("completions", COMPLETIONS, each, {
    ...common,
    status: "'completed'",
    latency_ms: `100 * ${luck("r", "c", "'ms'")}`,
    cost_usd: `0.0001 * (1 + c) * (1 + ${luck("r", "'tokens'")})`
  });
  const ease = `case when ${luck("r", "c", "'own'")} < 0.5 then ${luck("r // 4", "'thread'")} else ${luck("r", "c")} end`;
  await write("scores", SCORES, each, {
    ...common,
    scorer: "'right'",
    status: `case when ${luck("r", "c", "'fails'")} < 0.002 then 'failed' else 'scored' end`,
    value: `case when ${luck("r", "c", "'fails'")} < 0.002 then null when ${ease} < 0.8 - 0.01 * c then 1 else 0 end`
  });
  maker.close();
  const run = manifest(id, size);
  await writeJsonAtomic(join(runDir(workspace, id), "manifest.json"), run);
  return {store: await openStore(workspace), run};
}

function manifest(id: string, {rows, candidates}: Size): RunManifest {
  const count = rows * candidates;
  return {
    kind: "run",
    schemaVersion: 1,
    id,
    eval: "generated",
    status: "complete",
    planHash: "0".repeat(64),
    dataset: {name: "generated", version: "0", rows},
    split: {id: "0", name: "all", strategy: "random", part: "test", seed: "bench"},
    candidates: Array.from({length: candidates}, (_, c) => ({
      name: `candidate ${c}`,
      model: `m${c}`,
      endpoint: "generated",
      endpointKind: "embedded",
      hosting: "edge",
      identity: {},
      params: {}
    })),
    variants: [{name: "default", sha256: "0"}],
    scorers: [{name: "right", version: "0", binary: true}],
    primaryScorer: "right",
    slices: ["topic", "length"],
    repeats: 1,
    seed: "bench",
    counts: {planned: count, completed: count, failed: 0, reused: 0, scored: count, unscored: 0},
    unpricedCalls: 0,
    startedAt: new Date(0).toISOString(),
    sealedAt: new Date(0).toISOString(),
    seconds: 0,
    code: {assay: "0", node: process.version},
    command: "assay run generated"
  };
}

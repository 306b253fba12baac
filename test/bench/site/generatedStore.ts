import {join} from "node:path";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {
  COMPLETIONS,
  ITEMS,
  openStore,
  openWorkspace,
  PROMPTS,
  type RunManifest,
  SCORES,
  sealRun,
  sqlName,
  sqlString
} from "../../../src/base/store/index.js";

const RUN = "generated-0123456789ab";

/** A store with one run of so many rows and candidates, whose scores DuckDB draws from hashes; its run's id. */
export async function generatedStore(project: string, rows: number, candidates: number): Promise<string> {
  const workspace = await openWorkspace(project, join(project, ".assay"));
  const dataset = defineDataset({
    name: "texts",
    source: {
      kind: "rows",
      *rows() {
        for (let i = 0; i < 200; i++) yield {id: `t${i}`, text: `text ${i}`};
      }
    },
    id: "id",
    text: "text"
  });
  const {version} = await pull(workspace, dataset);
  const store = await openStore(workspace);
  try {
    const split = await ensureSplit(store, version, {name: "random", strategy: "random", test: 0.5});
    const names = Array.from(
      {length: candidates},
      (_name, i) => `candidate ${String(i + 1).padStart(2, "0")}`
    );
    const list = `[${names.map(sqlString).join(", ")}]`;
    const each = `range(${rows}) r(i), range(${candidates}) c(j)`;
    const right = (shift: string) =>
      `(hash(i * 7919 + j * 104729) % 1000 < 700 + 12 * j - 300 * (hash(i) % 3 = 0)::int${shift})::int`;
    const tables = {
      items: [
        ITEMS,
        `select ${sqlString(RUN)} as run, i as position, 'r' || i as row_id, md5(i::varchar) as row_hash,
           null::varchar as cluster, to_json('label ' || (hash(i) % 12)) as expected,
           json_object('length', ['short', 'middle', 'long'][(hash(i) % 3)::int + 1], 'queue', 'q' || (hash(i + 1) % 9)) as slices,
           null::varchar as excerpt from range(${rows}) r(i) order by i`
      ],
      prompts: [
        PROMPTS,
        `select ${sqlString(RUN)} as run, 'r' || i as row_id, 'default' as variant,
           to_json([{'role': 'user', 'content': 'Which label has the text of row ' || i || '?'}]) as messages from range(${rows}) r(i)`
      ],
      completions: [
        COMPLETIONS,
        `select ${sqlString(RUN)} as run, 'r' || i as row_id, ${list}[j + 1] as candidate, 'default' as variant, 0 as repeat,
           md5(i || '-' || j) as key, 'completed' as status, 'label ' || (hash(i + j) % 12) as output, 'stop' as finish_reason,
           20 as prompt_tokens, 3 as completion_tokens, 12.5 as latency_ms, 0.0001 as cost_usd, 1 as attempts, false as reused
         from ${each}`
      ],
      scores: [
        SCORES,
        `select ${sqlString(RUN)} as run, 'r' || i as row_id, ${list}[j + 1] as candidate, 'default' as variant, 0 as repeat,
           'exact' as scorer, 'v1' as scorer_version, md5(i || '-' || j) as key, 'scored' as status, ${right("")}::double as value
         from ${each}`
      ]
    } as const;
    await sealRun(
      workspace,
      RUN,
      async (folder) => {
        for (const [name, [columns, query]] of Object.entries(tables)) {
          const empty = Object.entries(columns).map(
            ([column, type]) => `null::${type} as ${sqlName(column)}`
          );
          await store.run(
            `copy (select * from (select ${empty.join(", ")} limit 0) union all by name (${query}))
             to ${sqlString(join(folder, `${name}.parquet`))} (format parquet, compression zstd)`
          );
        }
      },
      () =>
        Promise.resolve({
          kind: "run",
          schemaVersion: 1,
          id: RUN,
          eval: "generated",
          margin: 0.01,
          publish: "text",
          status: "complete",
          planHash: sha256(RUN),
          dataset: {name: "texts", version: version.id, rows: version.rows},
          split: {id: split.id, name: split.name, strategy: split.strategy, part: "test", seed: split.seed},
          candidates: names.map((name) => ({
            name,
            model: name,
            endpoint: "generated",
            endpointKind: "recorded",
            hosting: "api",
            identity: {name},
            params: {}
          })),
          variants: [{name: "default", sha256: sha256("generated")}],
          scorers: [{name: "exact", version: "v1", binary: true}],
          primaryScorer: "exact",
          slices: ["length", "queue"],
          repeats: 1,
          seed: "assay",
          counts: {
            planned: rows * candidates,
            completed: rows * candidates,
            failed: 0,
            reused: 0,
            scored: rows * candidates,
            unscored: 0
          },
          unpricedCalls: 0,
          startedAt: "2026-11-01T09:00:00.000Z",
          sealedAt: "2026-11-01T09:10:00.000Z",
          seconds: 600,
          code: {assay: "0.1.0", node: process.version},
          command: "assay run generated"
        } satisfies RunManifest),
      {lost: new AbortController().signal, confirm: () => Promise.resolve()}
    );
  } finally {
    store.close();
  }
  return RUN;
}

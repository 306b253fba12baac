import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {
  type DatasetDefinition,
  defineDataset,
  exportVersion,
  labelConflicts,
  pull,
  purge
} from "../../../src/data/datasets/index.js";
import {exportChat} from "../../../src/training/finetunes/exports/exportChat.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {acceptFindings, ensureLedger, maskExcerpt} from "../../../src/data/privacy/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {datasets, runs, splits, verdicts} from "../../../src/report/site/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, sqlString, type Store} from "../../../src/base/store/index.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {runDir} from "../../support/folders.js";

/** Stands in every text that tells of the person: id, text, label, group, the model's answers. */
const WORD = "Xyzzyrowska";

function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: "utf8"})
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

/** Files that hold the word; Parquet is compressed, so its rows are read. */
async function holding(store: Store, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of filesBelow(folder)) {
    const packed = file.endsWith(".parquet");
    const inside =
      packed &&
      (await store.row(
        `select 1 from read_parquet(${sqlString(file)}) t where to_json(t)::varchar ilike '%${WORD}%' limit 1`
      )) !== undefined;
    if (inside || readFileSync(file).toString("latin1").toLowerCase().includes(WORD.toLowerCase()))
      found.push(file.slice(folder.length + 1));
  }
  return found.sort();
}

it(
  "leaves no word of an erased row in any file of the workspace, and names the copies outside of it",
  {tags: ["long"]},
  async () => {
    const project = await temporaryProject();
    const server = await startModelServer({answer: ({prompt}) => `I wrote to ${prompt}`});
    const rows = Array.from({length: 60}, (_, i) => ({
      id: `r${i}`,
      text: `order ${i >> 1} of a bicycle with two wheels and one bell, urgent`,
      label: i % 2 ? "sales" : "support",
      thread: `t${i >> 2}`
    }));
    const person = {
      id: `${WORD}-7`,
      text: `order 3 of a bicycle with two wheels and one bell, urgent ${WORD}`,
      label: `call ${WORD}`,
      thread: `thread of ${WORD}`
    };
    const twin = {
      ...person,
      id: `${WORD}-8`,
      text: `${person.text} ${WORD.toLowerCase()}@example.org`,
      label: "sales"
    };
    const dropped = {...person, id: `${WORD}-9`, label: null};
    const source = join(project, "orders.jsonl");
    const definition = (more: object[]): DatasetDefinition => {
      writeFileSync(
        source,
        [...rows, person, twin, dropped, ...more].map((row) => JSON.stringify(row)).join("\n")
      );
      return defineDataset({
        name: "orders",
        source: {kind: "files", files: source},
        id: "id",
        text: "text",
        label: "label",
        group: "thread",
        filters: {"has a label": "label is not null"}
      });
    };
    const store = await openStore(project);
    const {workspace} = store;
    await pull(workspace, definition([]));
    const {version} = await pull(
      workspace,
      definition([{id: "late", text: "and a lock", label: "sales", thread: "t0"}])
    );
    store.refresh();
    await ensureLedger(store, version);
    await acceptFindings(store, version, {what: twin.id, reason: "she agreed"});
    const spec = {strategy: "random", test: 0.9, validation: 0} as const;
    const split = await ensureSplit(store, version, spec);
    await labelConflicts(store, version);
    const endpoint = openAICompatible({
      name: "here",
      baseUrl: server.url,
      hosting: "on-prem",
      trust: "local"
    });
    const {manifest} = await runEval(
      defineEval({
        dataset: "orders",
        split: spec,
        candidates: [candidate("one", endpoint, "test-model")],
        prompt: "{{text}}",
        expected: "label",
        cluster: "thread",
        slices: ["thread"],
        scorers: {
          exact: exactMatch,
          told: ({output, expected}) => ({value: 1, details: {output, expected: String(expected)}})
        },
        publish: "text"
      }),
      {store, version, split, evalName: "orders", effects: {maskExcerpt}}
    );
    store.refresh();
    // A second start that was killed leaves a journal behind.
    writeFileSync(join(runDir(workspace, manifest!.id), "journal.ndjson"), `{"n": 1, "output": "${WORD}"}\n`);
    const printed = join(project, "src", ".observablehq", "cache", "data");
    mkdirSync(printed, {recursive: true});
    for (const [name, loader] of Object.entries({datasets, splits, runs, verdicts}))
      writeFileSync(join(printed, `${name}.json`), JSON.stringify(await loader(store)));
    mkdirSync(join(project, "dist"));
    const copy = await exportVersion(workspace, version, join(project, "out"));
    const chat = join(project, "train.jsonl");
    await exportChat(store, chat, {dataset: "orders", part: "test", skipUnresolved: true});

    const before = await holding(store, workspace.dir);
    for (const place of [
      "rows.parquet",
      "rejected.parquet",
      "ledger.parquet",
      "accepted.json",
      "near-duplicates"
    ])
      expect(
        before.some((file) => file.includes(place)),
        place
      ).toBe(true);
    for (const place of [
      "parts.parquet",
      "items.parquet",
      "completions.parquet",
      "scores.parquet",
      "journal.ndjson"
    ])
      expect(
        before.some((file) => file.includes(place)),
        place
      ).toBe(true);
    expect(before.some((file) => /splits.*manifest\.json$/.test(file))).toBe(true);
    expect((await holding(store, join(project, "src"))).length).toBeGreaterThan(0);

    const result = await purge(workspace, "orders", {where: `id like '${WORD}%'`, reason: "request 14"});
    expect(result).toMatchObject({rows: 3, runs: [manifest!.id], splits: [split.id]});
    expect(await holding(store, workspace.dir)).toEqual([]);
    expect(await holding(store, join(project, "src"))).toEqual([]);
    expect(result.notErased).toEqual([copy, chat, join(project, "dist")]);

    // Nor do they come back with the next pull or from the cache of another run.
    await pull(workspace, definition([{id: "later", text: "and a light", label: "sales", thread: "t1"}]));
    expect(await holding(store, workspace.dir)).toEqual([]);
    store.close();
    await server.close();
  }
);

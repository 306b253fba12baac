// @module-tag long
import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {openDatabase, parquetFile, type Workspace} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const lmEval = {kind: "log", tool: "lm-eval", files: "lm/**/*.jsonl"} as const;
const inspect = {kind: "log", tool: "inspect", files: "logs/*.json"} as const;
const ONE = ["1 of its rows were erased from the store, and are left out"];

function write(workspace: Workspace, file: string, content: string): void {
  const path = join(workspace.project, file);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
}

const samplesOf = (model: string) => `lm/org__${model}/samples_t_2026-01-01T00-00-00.jsonl`;

function writeSamples(workspace: Workspace, model: string): void {
  const lines = [0, 1, 2, 3].map((n) =>
    JSON.stringify({doc_id: n, doc: {q: `ask ${n}`}, filtered_resps: [model], filter: "none", metrics: []})
  );
  write(workspace, samplesOf(model), lines.join("\n"));
}

function writeLog(workspace: Workspace, name: string): void {
  const samples = [1, 2, 3].map((id) => ({id, epoch: 1, input: `${name} ${id}`, target: "t", scores: {}}));
  const evaluated = {run_id: "r", eval_id: `e-${name}`, task: name, model: "m"};
  write(workspace, `logs/${name}.json`, JSON.stringify({eval: evaluated, samples}));
}

/** Pulls, and gives the ids and what was told of erased rows. */
async function pulled(workspace: Workspace, more: Partial<DatasetDefinition> = {}) {
  const told: string[] = [];
  const definition = defineDataset({name: "log", source: lmEval, id: "id", ...more});
  const {version} = await pull(workspace, definition, {onProgress: (message) => told.push(message)});
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  const file = join(datasetDir(workspace, "log", version.id), "rows.parquet");
  const rows = await db.rows<{id: string}>(`select * from ${parquetFile(file)} order by id`);
  db.close();
  return {
    ids: rows.map(({id}) => id),
    columns: Object.keys(rows[0] ?? {}),
    told: told.filter((message) => message.includes("erased"))
  };
}

/** As a version of before has them: without the model, in the ids and as a column. */
const former = {sql: "select * exclude (model) replace (replace(id, model || '/', '') as id) from source"};

describe("ids of logs that a version of before wrote otherwise", () => {
  it("stay as they were, and erased rows stay out", async () => {
    for (const more of [{}, {append: true}, {id: undefined}]) {
      const workspace = await temporaryWorkspace();
      writeSamples(workspace, "a");
      const first = await pulled(workspace, {...more, ...former});
      expect(first.ids).toEqual(["t/none/0", "t/none/1", "t/none/2", "t/none/3"]);
      await purge(workspace, "log", {where: "id = 't/none/2'", reason: "asked"});
      for (let again = 0; again < 2; again++) {
        const {ids, told, columns} = await pulled(workspace, more);
        expect(ids).toEqual(["t/none/0", "t/none/1", "t/none/3"]);
        expect(told).toEqual(ONE);
        expect(columns).toContain("model");
        expect(columns).not.toContain("assay_former_id");
      }
    }
  });

  it("name the model when a second one comes, and erased rows stay out by their former id", async () => {
    const workspace = await temporaryWorkspace();
    writeSamples(workspace, "a");
    await pulled(workspace, former);
    await purge(workspace, "log", {where: "id = 't/none/2'", reason: "asked"});
    writeSamples(workspace, "b");
    const both = await pulled(workspace);
    expect(both.ids).toEqual(["a", "b"].flatMap((m) => [0, 1, 3].map((n) => `org__${m}/t/none/${n}`)));
    expect(both.told).toEqual(["2 of its rows were erased from the store, and are left out"]);

    rmSync(join(workspace.project, samplesOf("b")));
    const one = await pulled(workspace);
    expect(one.ids).toEqual([0, 1, 3].map((n) => `org__a/t/none/${n}`));
    expect(one.told).toEqual(ONE);
  });

  it("are today's where there is no version before", async () => {
    const workspace = await temporaryWorkspace();
    writeSamples(workspace, "a");
    const names = [0, 1, 2, 3].map((n) => `org__a/t/none/${n}`);
    expect((await pulled(workspace)).ids).toEqual(names);
    expect((await pulled(workspace)).ids).toEqual(names);
    await purge(workspace, "log", {where: "id = 'org__a/t/none/2'", reason: "asked"});
    const {ids, told} = await pulled(workspace);
    expect([ids, told]).toEqual([names.filter((id) => !id.endsWith("2")), ONE]);
  });

  it("are told by what `sql` leaves of several evals of one run of Inspect", async () => {
    const workspace = await temporaryWorkspace();
    writeLog(workspace, "t");
    writeLog(workspace, "u");
    const one = "select * from source where task = 't'";
    const renamed = `select * replace (replace(id, 'e-t', 'r') as id) from (${one})`;
    await pulled(workspace, {source: inspect, sql: renamed});
    await purge(workspace, "log", {where: "id = 'r/2/1'", reason: "asked"});
    const kept = await pulled(workspace, {source: inspect, sql: one});
    expect([kept.ids, kept.told]).toEqual([["r/1/1", "r/3/1"], ONE]);
    const both = await pulled(workspace, {source: inspect});
    expect(both.ids).toEqual(["e-t/1/1", "e-t/3/1", "e-u/1/1", "e-u/3/1"]);
  });
});

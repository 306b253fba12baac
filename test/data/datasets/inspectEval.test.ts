import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openDatabase, openStore, sqlString, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {zipFile, type ZipMember} from "../../support/zipFile.js";
import {datasetDir} from "../../support/folders.js";

const small = fileURLToPath(new URL("../../fixtures/inspect/small.eval", import.meta.url));
const log = "data/inspect-log-json/2025-05-12T20-28-13-04-00_popularity.json";
const shared = join(
  process.env.ASSAY_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  log
);
if (!existsSync(shared)) console.warn(`skipped: no ${log} in ASSAY_SHARED or ../shared.`);

const fromLog = (file: string) =>
  defineDataset({name: "log", source: {kind: "log", tool: "inspect", files: file}, id: "id"});

async function rowsOf(file: string): Promise<Record<string, unknown>[]> {
  const workspace = await temporaryWorkspace();
  await pull(workspace, fromLog(file));
  const store = await openStore(workspace);
  try {
    return await store.rows("select * exclude (row_id, row_hash) from log order by id");
  } finally {
    store.close();
  }
}

async function written(
  members: readonly ZipMember[] | Buffer
): Promise<{workspace: Workspace; file: string}> {
  const workspace = await temporaryWorkspace();
  const file = join(workspace.project, "log.eval");
  writeFileSync(file, Buffer.isBuffer(members) ? members : zipFile(members));
  return {workspace, file};
}

async function refusal(members: readonly ZipMember[] | Buffer): Promise<string> {
  const {workspace, file} = await written(members);
  const message = await pull(workspace, fromLog("log.eval")).then(
    () => "pulled",
    (error: Error) => error.message
  );
  expect(message).toContain(file);
  expect(readdirSync(datasetDir(workspace, "log"))).toEqual([]);
  return message;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value, null, 2));
const header = {name: "header.json", content: json({eval: {task: "sums", model: "m", run_id: "r"}})};
const sample = (id: number, answer = "two"): ZipMember => ({
  name: `samples/${id}_epoch_1.json`,
  content: json({
    id,
    epoch: 1,
    input: "one and one?",
    target: "two",
    output: {choices: [{message: {role: "assistant", content: answer}}]},
    scores: {match: {value: "C"}}
  })
});

/** Packed by DuckDB, which Node 20 cannot. */
async function zstd(content: Buffer): Promise<Buffer> {
  const {tmpDir} = await temporaryWorkspace();
  const file = join(tmpDir, "packed.csv");
  const db = await openDatabase({tmpDir});
  await db.run(
    `copy (select ${sqlString(content.toString().replace(/\n$/, ""))} as t) to ${sqlString(file)} (format csv, header false, quote '', escape '', delimiter '\u0001', compression zstd)`
  );
  db.close();
  return readFileSync(file);
}

describe("Inspect's .eval logs", () => {
  it("become rows: one for each sample, the later of two writings, with long texts in their place", async () => {
    expect(await rowsOf(small)).toEqual([
      {
        id: "run1/sums/example/small/1/1",
        task: "sums",
        model: "example/small",
        sample: "1",
        epoch: 1,
        input: "What is 1 + 1?",
        target: "2",
        output: "2",
        scores: [{scorer: "match", value: 1, answer: "2"}]
      },
      expect.objectContaining({
        id: "run1/sums/example/small/2/1",
        output: "a long answer",
        scores: [{scorer: "match", value: 0.5, answer: "attachment://abc123"}]
      })
    ]);
  });

  it.skipIf(!existsSync(shared))(
    "give the rows of the same log in JSON, whether stored, deflated or packed by zstd",
    async () => {
      const log = JSON.parse(readFileSync(shared, "utf8")) as {samples: {id: unknown; epoch: number}[]};
      const {samples, ...rest} = log;
      const methods = [0, 8, 93] as const;
      const members: ZipMember[] = [{name: "header.json", content: json(rest)}];
      for (const [i, one] of samples.entries()) {
        const method = methods[i % 3]!;
        const content = Buffer.concat([json(one), Buffer.from("\n")]);
        const name = `samples/${String(one.id)}_epoch_${one.epoch}.json`;
        members.push({name, content, method, packed: method === 93 ? await zstd(content) : undefined});
      }
      expect(new Set(members.slice(1).map(({method}) => method)).size).toBe(3);
      const {file} = await written(members);
      const fromJson = await rowsOf(shared);
      expect(fromJson).toHaveLength(3);
      expect(await rowsOf(file)).toEqual(fromJson);
    }
  );

  it("of a run that did not end have the samples that did", async () => {
    const {file} = await written([{...header, name: "_journal/start.json"}, sample(1), sample(2)]);
    expect((await rowsOf(file)).map(({id}) => id)).toEqual(["r/sums/m/1/1", "r/sums/m/2/1"]);
  });

  it("with slashes in their ids, in parts, without a number or invalidated are rows like the others", async () => {
    const one = (id: string, more: object) =>
      json({id, epoch: 1, input: "q", target: "t", scores: {match: {value: "yes"}}, ...more});
    const {file} = await written([
      header,
      {name: "samples/HumanEval/0_epoch_1.json", content: one("HumanEval/0", {})},
      {
        name: "samples/HumanEval/1_epoch_1/sample.json",
        content: one("HumanEval/1", {output: {choices: [], completion: "attachment://0"}})
      },
      {name: "samples/HumanEval/1_epoch_1/attachments/0.json", content: json(["a long answer"])},
      {
        name: "samples/c_epoch_1.json",
        content: Buffer.from(String(one("c", {scores: {match: {value: "@"}}})).replace('"@"', "NaN"))
      },
      {name: "samples/d_epoch_1.json", content: one("d", {invalidation: {reason: "leaked"}})},
      {name: "samples/e_epoch_1.json", content: one("e", {scores: {match: {value: "constructor"}}})}
    ]);
    const rows = await rowsOf(file);
    expect(
      rows.map(({sample, output, scores}) => [sample, output, (scores as {value: unknown}[])[0]!.value])
    ).toEqual([
      ["HumanEval/0", null, 1],
      ["HumanEval/1", "a long answer", 1],
      ["c", null, null],
      ["d", null, null],
      ["e", null, null]
    ]);
  });

  it("that are cut short, altered or no zip file are refused by name, and leave no version", async () => {
    const whole = zipFile([sample(1), sample(2), header]);
    expect(await refusal(whole.subarray(0, whole.length - 40))).toContain("is no whole zip file");
    expect(await refusal(Buffer.from("{}"))).toContain("is no whole zip file");
    const altered = Buffer.from(zipFile([{...sample(1, "secret words"), method: 0}, header]));
    altered[altered.indexOf("secret")] = 0x53;
    const message = await refusal(altered);
    expect(message).toMatch(/is broken at samples\/1_epoch_1\.json: its checksum is wrong/);
    const torn = zipFile([{...sample(1), packed: Buffer.from("garbage")}, header]);
    expect(await refusal(torn)).toMatch(/is broken at samples\/1_epoch_1\.json/);
    const packed = await zstd(sample(1).content);
    const half = {...sample(1), method: 93 as const, packed: packed.subarray(0, packed.length >> 1)};
    expect(await refusal([half, header])).toMatch(/is broken at samples\/1_epoch_1\.json/);
    expect(await refusal([{...sample(1), content: Buffer.from("{secret")}, header])).toMatch(
      /samples\/1_epoch_1\.json in it is not a JSON object\. Write/
    );
    expect(await refusal([sample(1)])).toContain("is not an Inspect log: a zip file with header.json");
    expect(await refusal([sample(1), {...header, name: "start.json"}])).toContain("start.json in place of");
  });

  it("that would unpack to far more than they are, or name paths outside, are refused before they are unpacked", async () => {
    const bomb = {...sample(1), content: Buffer.alloc(1 << 20), toldSize: 3 * 2 ** 28};
    expect(await refusal([header, bomb])).toMatch(
      /unpacks samples\/1_epoch_1.json to 805306368 bytes, more than/
    );
    const many = Array.from({length: 4}, (_, i) => ({...sample(i), toldSize: 2 ** 27}));
    expect(await refusal([header, ...many])).toMatch(
      /would unpack to \d+ bytes, more than 200 times its size/
    );
    const liar = {...sample(1), content: Buffer.alloc(1 << 20, 32), toldSize: 100};
    expect(await refusal([header, liar])).toMatch(/is broken at samples\/1_epoch_1.json/);
    expect(await refusal([header, {...sample(1), name: "samples/../../../etc/x.json"}])).toMatch(
      /is no whole zip file: invalid relative path/
    );
  });
});

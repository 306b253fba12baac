// @module-tag long
import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {purge} from "../../src/data/datasets/index.js";
import {KINDS, writeCached} from "../../src/base/store/index.js";
import {assayHere} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {inFull} from "../support/full.js";
import {purgeStore} from "../support/purgeStore.js";
import {type StoredFiles, storedFiles, writeStored} from "../support/storedFiles.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

/** What a hand, another program or a failing disk may leave in a file. */
const contents = (before: Buffer): Record<string, Buffer | string> => ({
  null: "null",
  list: "[]",
  object: "{}",
  text: '""',
  half: before.subarray(0, before.length >> 1),
  foreign:
    '{"kind": "note", "schemaVersion": 7, "rows": {"a": 1}, "version": 3, "splits": "all", "dataset": []}\n'
});

const COMMANDS = [
  "pull letters",
  "sql select count(*) from items",
  "purge letters --reason asked --where id='r2'",
  "run",
  "runs",
  "check",
  "verdict letters",
  "models",
  "jobs",
  "gc --dry-run",
  "pii letters",
  "lineage learner",
  "rows letters",
  "versions",
  "split letters",
  "card letters",
  "costs letters",
  "exit letters",
  "purge letters --dry-run --where id='r2'",
  "export --parquet out-tables",
  "sql select count(*) from spending",
  "models --json"
].map((line) => {
  const at = line.indexOf("select");
  return at < 0 ? line.split(" ") : [...line.slice(0, at).trim().split(" "), line.slice(at)];
});

/** A purge takes these as a whole, and the rest of Assay makes them again. */
const MADE_AGAIN =
  /^(cache|downloads|locks|tmp)\/|\/\.(vectors|training|builds)\/|\.tmp$|\.gitignore$|\.txt$/;

/** Which of all combinations are tried: every so many. It shares no divisor with the numbers of commands and contents. */
const stride = inFull(29, 131);

let project: string;
let store: StoredFiles;
let erased: string;
/** One file of each kind: the ids in paths do not matter. */
let files: string[];

beforeAll(async () => {
  project = await temporaryProject();
  const made = await purgeStore(project);
  const {workspace} = made;
  erased = made.open[1]!;
  await purge(workspace, "letters", {where: `id = '${erased}'`, reason: "a person's request"});
  await writeCached(workspace, "excerpts", {version: "1", texts: {}});
  const files_ = {
    ".assay/races/letters-r.json": {
      kind: "race",
      schemaVersion: 1,
      eval: "letters",
      split: {name: "open", part: "test"},
      startedAt: "2026-11-01T00:00:00.000Z",
      rounds: []
    },
    ".assay/benches/b1.json": {
      kind: "bench",
      schemaVersion: 1,
      id: "b1",
      at: "2026-11-01T00:00:00.000Z",
      tool: "assay",
      model: "m",
      levels: []
    },
    ".assay/datasets/letters/recognition.json": {
      kind: "recognition",
      schemaVersion: 1,
      dataset: "letters",
      measuredAt: "2026-11-01T00:00:00.000Z",
      file: "sample.json",
      sha256: "",
      texts: 1,
      wrongAnnotations: 0,
      recognizers: "",
      layers: ["patterns"],
      iou: 0.5,
      types: {}
    },
    ".assay/distillations/d1.json": {
      kind: "distillation",
      schemaVersion: 1,
      id: "d1",
      name: "smaller",
      eval: "letters",
      file: {path: "evals/letters.eval.ts", sha256: ""},
      teacher: "one",
      students: ["small"],
      margin: 0.02,
      maxLoss: 0.02,
      confidence: 0.95,
      callsPerMonth: 1000,
      horizonMonths: 12,
      repeatsPerYear: 4,
      answers: [],
      partial: []
    },
    ".assay/kept/k1.json": {
      kind: "kept",
      schemaVersion: 1,
      id: "k1",
      distillation: "smaller",
      eval: "letters",
      dataset: "letters",
      version: "v1",
      file: {path: "evals/letters.eval.ts", sha256: ""},
      at: "2026-11-01T00:00:00.000Z",
      outcome: "none",
      sentence: "The teacher answers."
    },
    ".assay/spending/2026-11-01.json": {
      kind: "spending",
      schemaVersion: 1,
      day: "2026-11-01",
      entries: [
        {owner: "o", what: "run", since: "2026-11-01T00:00:00.000Z", host: "h", grantedUsd: 1, spentUsd: 0.5}
      ]
    },
    ".assay/received/letters/r1.jsonl": {id: "r2", text: "a call"},
    ".assay/written-models.jsonl": {
      at: "2026-11-01T00:00:00.000Z",
      path: "/nowhere/model.gguf",
      model: "m",
      how: "GGUF q8_0"
    },
    ".assay/models/.training/t1/about.json": {dataset: "letters", version: "v1", name: "small"},
    ".assay/models/.vectors/one.bin": {},
    ".assay/downloads/letters.jsonl": {},
    ".assay/publishing.json": {datasets: {letters: "text"}, evals: {}},
    "package.json": {type: "module"}
  };
  for (const [path, value] of Object.entries(files_)) write(path, JSON.stringify(value));
  const engine = JSON.stringify(compiled("bundle/index.js"));
  write(
    "data-loaders/letters.ts",
    `export default {name: "letters", id: "id", text: "text", label: "label", group: "thread", sensitivity: "public",
  filters: {"has a label": "label is not null"},
  source: {kind: "rows", rows: () => Array.from({length: 60}, (_, i) => ({id: "r" + i,
    text: \`letter \${i >> 1} about a bicycle with two wheels and one bell, p\${i >> 1}@example.org \${i % 2 ? "soon" : "later"}\`,
    label: i % 10 === 9 ? null : i % 2 ? "sales" : "support", thread: "t" + (i >> 2)}))}};`
  );
  write(
    "evals/letters.eval.ts",
    `import {candidate, defineEval, exactMatch, recorded} from ${engine};
const rows = Array.from({length: 60}, (_, i) => ({id: "r" + i, output: i % 3 ? "sales" : "support"}));
export default defineEval({dataset: "letters", split: {strategy: "random", name: "open", test: 0.4, validation: 0}, prompt: "{{text}}", expected: "label",
  candidates: [candidate("one", recorded({name: "recording", rows, trust: "local"}), "model")], scorers: {exact: exactMatch}, gate: [{minScore: 0.1}]});`
  );
  store = await storedFiles(join(project, ".assay"));
  const shapes = new Map<string, string>();
  for (const path of [...store.keys()].sort())
    shapes.set(path.replace(/[0-9a-f]{8,}/g, "#").replace(/letters-#|last-word-#/, "RUN"), path);
  files = [...shapes.values()];
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), {recursive: true});
  writeFileSync(join(project, path), text);
}

async function restore(): Promise<void> {
  rmSync(join(project, ".assay"), {recursive: true, force: true});
  rmSync(join(project, "out-tables"), {recursive: true, force: true});
  await writeStored(join(project, ".assay"), store);
}

it("every kind of record has a file that is damaged here", () => {
  const unmade = KINDS.filter(({at, manifest}) => {
    const place = (manifest ? `${at}/${manifest}` : at).replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+");
    return !files.some((file) => new RegExp(`^${place}(/|$)`).test(file));
  });
  expect(unmade.map(({name}) => name)).toEqual([]);
});

describe("a damaged file of the store", {tags: ["counted"]}, () => {
  it("stops what reads it with its name and a way out, and is never read as nothing", async () => {
    const wrong: string[] = [];
    const usual = new Map<string, number | null>();
    for (const command of COMMANDS) {
      await restore();
      usual.set(command.join(" "), (await assayHere(project, ...command)).code);
    }
    let turn = 0;
    for (const file of files)
      for (const [what, content] of Object.entries(contents(store.get(file)!)))
        for (const command of COMMANDS) {
          if (turn++ % stride !== 0) continue;
          await restore();
          writeFileSync(join(project, ".assay", file), content);
          const {code, stderr} = await assayHere(project, ...command);
          const problem = await problemOf({file, what, code, stderr, usual: usual.get(command.join(" "))!});
          if (problem)
            wrong.push(`${command.join(" ")} with ${what} in ${file}: ${problem}\n${stderr.slice(0, 600)}`);
        }
    expect(wrong).toEqual([]);
  });
});

/** What is wrong about how a command ended. */
async function problemOf(ended: {
  file: string;
  what: string;
  code: number | null;
  stderr: string;
  usual: number | null;
}): Promise<string | undefined> {
  const {file, code, stderr, usual} = ended;
  if (/error of its own|TypeError|Cannot read|is not iterable|\[object/.test(stderr))
    return "not a person's words";
  const rows = await assayHere(
    project,
    "sql",
    "--json",
    `select count(*)::int as n from letters where id = '${erased}'`
  );
  if (rows.code === 0 && JSON.parse(rows.stdout)[0].n > 0) return "an erased row is back";
  if (code === usual) return undefined;
  if (MADE_AGAIN.test(file)) return `ends with ${code}, not ${usual}`;
  if (!stderr.includes(file.split("/").at(-1)!))
    return `ends with ${code}, not ${usual}, and does not name the file`;
  return undefined;
}

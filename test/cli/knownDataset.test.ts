import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {exportVerb} from "../../src/cli/store/export.js";
import {finetuneExportVerb} from "../../src/cli/models/training/finetuneExport.js";
import {piiVerb} from "../../src/cli/data/pii.js";
import {datasetOf} from "../../src/cli/project/project.js";
import {pullVerb} from "../../src/cli/data/pull.js";
import {purgeVerb} from "../../src/cli/data/purge.js";
import {rowsVerb} from "../../src/cli/data/rows.js";
import {splitVerb} from "../../src/cli/data/split.js";
import {versionsVerb} from "../../src/cli/data/versions.js";
import {recordModel} from "../../src/weights/models/index.js";
import {sha256} from "../../src/base/system/index.js";
import {modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {commandProject} from "../support/temporaryWorkspace.js";

let project: string;
beforeAll(async () => {
  project = await commandProject();
  writeLoader(
    project,
    "support",
    `{name: "support", source: {kind: "rows", rows: () => [{id: "1"}], describe: {}}}`
  );
});
afterAll(() => {
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

it("a misspelt dataset is answered with those that there are, one that was not pulled with the command", async () => {
  for (const verb of [rowsVerb, piiVerb, splitVerb]) {
    const called = (name: string) => noted(() => verb(name, {limit: 3}));
    expect(await called("suport")).toContain(
      'no dataset "suport"; there are support. Did you mean "support"?'
    );
    expect(await called("support")).toContain("assay pull support");
  }
});

it("so it is wherever a dataset is named: versions, purge, exports, pull, an eval's dataset", async () => {
  const answer = 'no dataset "suport"; there are support. Did you mean "support"?';
  const named: ((name: string) => Promise<void>)[] = [
    (name) => versionsVerb(name, {}),
    (name) => versionsVerb(name, {json: true}),
    (name) => versionsVerb(name, {export: "out"}),
    (name) => purgeVerb(name, {where: "true", dryRun: true}),
    (name) => purgeVerb(name, {where: "true", reason: "r"}),
    (name) => exportVerb({chat: "out.jsonl", dataset: name}),
    (name) => finetuneExportVerb({dataset: name, format: "openai", out: "out.jsonl"})
  ];
  for (const verb of named) expect(await noted(() => verb("suport"))).toContain(answer);
  const defined = answer.replace("there are", "data-loaders/ has");
  expect(await noted(() => pullVerb(["suport"], {}))).toContain(defined);
  expect(() => datasetOf({dataset: "suport"}, [{name: "support"} as never])).toThrow(defined);
  expect(await noted(() => versionsVerb("support", {}))).toContain(
    "no version of support yet. Run `assay pull support`."
  );
});

it("a loader that cannot be loaded is not called no dataset, too", async () => {
  writeLoader(project, "torn", `{name: "torn", text: 3}`);
  const said = await noted(() => pullVerb(["torn"], {}));
  expect(said).toContain("data-loaders/torn.ts");
  expect(said).not.toContain("no such dataset");
});

it("a model is kept, or rows are looked at: a dry run keeps none", async () => {
  const said = await noted(() => purgeVerb("support", {keepModel: "abc", reason: "r", dryRun: true}));
  expect(said).toMatch(/--dry-run .* without --keep-model/);
});

it("a model to keep is meant by its id: of a name its ids are said, of a beginning that several have those", async () => {
  const dir = modelsDir(await openWorkspace(project));
  const add = (name: string) =>
    recordModel(dir, {
      name,
      architecture: "hosted",
      settings: {},
      files: [{path: "a", sha256: sha256(name), bytes: 1}],
      parents: [],
      folder: "."
    });
  const ids: string[] = [];
  // Of seventeen ids two begin with the same letter.
  for (let i = 0; i < 17; i++) ids.push((await add(`m${i}`)).id);
  const keep = (keepModel: string) => noted(() => purgeVerb("support", {keepModel, reason: "r"}));
  expect(await keep("m3")).toContain(
    `--keep-model takes an id, or its beginning, and "m3" is a name: of ${ids[3]!.slice(0, 16)}.`
  );
  expect(await keep("xyz")).toContain('no model\'s id begins with "xyz". `assay models` lists them.');
  const letter = [...new Set(ids.map((id) => id[0]!))].find(
    (one) => ids.filter((id) => id.startsWith(one)).length > 1
  )!;
  const several = ids.filter((id) => id.startsWith(letter));
  const said = await keep(letter);
  expect(said).toContain(`the ids of ${several.length} models begin with "${letter}"`);
  for (const id of several) expect(said).toContain(id.slice(0, 16));
});

// @module-tag long
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {promisify} from "node:util";
import {describe, expect, it} from "vitest";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const repository = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Hash by path of everything that the site and a colleague read. */
function dataFiles(dir: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const folder of ["datasets", "splits", "models", "runs", "races"])
    for (const entry of readdirSync(join(dir, folder), {recursive: true, withFileTypes: true}))
      if (
        entry.isFile() &&
        /\.(parquet|json|safetensors)$/.test(entry.name) &&
        entry.name !== "latest.json"
      ) {
        const path = join(entry.parentPath, entry.name);
        hashes[path.slice(dir.length)] = createHash("sha256").update(readFileSync(path)).digest("hex");
      }
  return hashes;
}

const ROWS = 5;

/**
 * The demo as it is, but for its mails (the beginnings of those of every sixteenth thread), its words, and how long they
 * are learned. `.ci/run` runs the whole.
 */
async function reducedDemo(): Promise<string> {
  const project = await temporaryProject();
  for (const folder of ["data-loaders", "evals", "finetunes"])
    cpSync(join(repository, folder), join(project, folder), {recursive: true});
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  writeFileSync(
    join(project, "data-loaders/mails.ts"),
    `import mails from ${JSON.stringify(join(repository, "data-loaders/mails.ts"))};
     export default {...mails, sql: "select * replace (left(text, 600) as text) from (" + mails.sql + " where md5(thread) < '10')"};`
  );
  writeFileSync(
    join(project, "data-loaders/words.ts"),
    `import words from ${JSON.stringify(join(repository, "data-loaders/words.ts"))};
     export default {...words, sql: words.sql.replace("'0a'", "'01'")};`
  );
  writeFileSync(
    join(project, "finetunes/words.ts"),
    `export * from ${JSON.stringify(join(repository, "finetunes/words.ts"))};
     export const steps = {base: 4, team: 1, joint: 1};`
  );
  mkdirSync(join(project, "node_modules"));
  symlinkSync(repository, join(project, "node_modules/assay"));
  return project;
}

describe("the demo, on five rows of each eval", () => {
  it("runs every eval, and a second rebuild calls nobody and leaves every data file as it is", async () => {
    const project = await reducedDemo();
    const dir = join(project, ".assay");
    const rebuild = async () =>
      run(process.execPath, [compiled("bundle/main.js"), "rebuild", "--limit", String(ROWS), "--no-build"], {
        cwd: project,
        env: {...process.env, ASSAY_DIR: dir, NO_COLOR: "1"}
      }).catch((error: {code: number; stdout: string; stderr: string}) => {
        // So few rows may fail a gate, which is exit code 100, or leave it undecided, which is 101.
        if (![100, 101].includes(error.code)) throw new Error(error.stderr);
        return error;
      });
    await rebuild();
    const store = await openStore(await openWorkspace(project, dir));
    const runs = await store.runs();
    store.close();
    const evals = readdirSync(join(repository, "evals")).filter((name) => name.endsWith(".eval.ts"));
    expect(new Set(runs.map((one) => one.evalFile?.path))).toEqual(
      new Set(evals.map((name) => `evals/${name}`))
    );
    for (const one of runs)
      expect(one.counts).toMatchObject({planned: ROWS * one.candidates.length, failed: 0});
    // People label a sample, and a judge may name no choice.
    for (const one of runs.filter(({scorers}) => !scorers.some(({judge, human}) => judge ?? human)))
      expect(one.counts.unscored).toBe(0);
    expect(
      runs.flatMap((one) => one.candidates).filter(({endpoint}) => endpoint === "assay serve")
    ).toHaveLength(1);
    const before = dataFiles(dir);
    await rebuild();
    expect(dataFiles(dir)).toEqual(before);
  }, 400_000);
});

// @module-tag long
import {spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join, relative} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {collectGarbage, purge} from "../../../src/data/datasets/index.js";
import {openStore, openWorkspace} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {sampleStore} from "../../support/sampleStore.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const rounds = inFull(20, 3);
const script = await childScript(new URL("../../fixtures/killedPurge.ts", import.meta.url));
const purged = {reason: "killed", now: () => new Date("2026-12-01T00:00:00Z")};
/** A number in [0, 1) from a name: the same rounds are killed at the same moments every time. */
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;

/** What is in a store by path; leases and scratch are nobody's record. Manifests as values, tables as bytes. */
function contents(dir: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(dir, {recursive: true, encoding: "utf8"}).sort()) {
    const path = join(dir, name);
    if (!statSync(path).isFile() || name.startsWith("locks")) continue;
    found[relative(dir, path)] = createHash("sha256").update(readFileSync(path)).digest("hex");
  }
  return found;
}

/** Milliseconds from "begins" to the end, or to the kill; whether it was killed before it had ended. */
async function started(
  project: string,
  words: string[],
  killAfter?: number
): Promise<{ms: number; killed: boolean}> {
  const child = spawn(process.execPath, [script, project, ...words], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  let said = "";
  let begun = 0;
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (begun > 0 || !said.includes("begins")) return;
    begun = performance.now();
    if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
  });
  await new Promise((resolve) => child.on("close", resolve));
  return {ms: performance.now() - begun, killed: !said.includes("ended")};
}

describe(`a purge and a gc killed with SIGKILL (${rounds} rounds each)`, {tags: ["counted"]}, () => {
  let template: string;
  let where: string;
  const copies: string[] = [];
  const copy = () => {
    const project = `${template}-${copies.length}`;
    cpSync(template, project, {recursive: true});
    copies.push(project);
    return project;
  };
  const finish = async (project: string, what: string) => {
    const workspace = await openWorkspace(project, ".assay");
    if (what === "purge") await purge(workspace, "mails", {where, ...purged});
    else {
      const store = await openStore(workspace);
      await collectGarbage(store, {keep: 1});
      store.close();
    }
    return contents(workspace.dir);
  };

  beforeAll(async () => {
    template = await temporaryProject();
    const workspace = await sampleStore(template);
    const store = await openStore(workspace);
    const rows = await store.rows<{row_id: string}>(
      "select distinct row_id from completions where output is not null order by row_id limit 3"
    );
    where = `row_id in (${rows.map(({row_id}) => `'${row_id}'`).join(", ")})`;
    store.close();
    // One salt, so that the ids that lead nowhere are the same in every copy.
    writeFileSync(
      join(datasetDir(workspace, "mails"), "tombstones.json"),
      JSON.stringify({kind: "tombstones", schemaVersion: 1, salt: "00", rows: []})
    );
    // What a killed pull, run and query left.
    for (const name of [
      "tmp/.run.999999999.00000000.tmp",
      "runs/.r.999999999.00000000.tmp",
      "datasets/mails/.p.999999999.00000000.tmp"
    ]) {
      mkdirSync(join(workspace.dir, name), {recursive: true});
      writeFileSync(join(workspace.dir, name, "rows.ndjson"), "a person's words");
    }
  });
  afterAll(() => copies.forEach((folder) => rmSync(folder, {recursive: true, force: true})));

  let killedInside = 0;
  for (const what of ["purge", "gc"])
    it(
      `${what}: what a repeated command leaves is what an undisturbed one leaves, byte by byte`,
      async () => {
        const words = what === "purge" ? [what, where] : [what];
        const undisturbedProject = copy();
        const {ms} = await started(undisturbedProject, words);
        const undisturbed = contents(join(undisturbedProject, ".assay"));
        expect(
          Object.keys(undisturbed).filter((name) => name.endsWith(".tmp") || name.includes(".tmp/"))
        ).toEqual([]);
        for (let round = 0; round < rounds; round++) {
          // What had ended before the kill came, on a machine faster than a moment ago, is killed sooner.
          let delay = Math.floor(1.1 * ms * chance(`${what} ${round}`));
          for (let killed = false; !killed && delay > 0; delay >>= 1) {
            const project = copy();
            ({killed} = await started(project, words, delay));
            if (killed) killedInside++;
            expect(await finish(project, what)).toEqual(undisturbed);
            rmSync(project, {recursive: true, force: true});
          }
        }
      },
      60_000 + rounds * 20_000
    );

  it("were killed before they had ended in most rounds", () => {
    expect(killedInside).toBeGreaterThan(rounds / 2);
  });
});

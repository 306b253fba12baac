import {spawn} from "node:child_process";
import {cpSync, rmSync} from "node:fs";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {previewPurge, purge} from "../../../src/data/datasets/index.js";
import {
  type Kind,
  KINDS,
  openWorkspace,
  type StorageBackend,
  type Workspace
} from "../../../src/base/store/index.js";
import {assayHere} from "../../support/assayHere.js";
import {childScript} from "../../support/childScript.js";
import {folderState} from "../../support/folderState.js";
import {type PurgeStore, purgeStore} from "../../support/purgeStore.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

/** Every so many writes are tried. Odd: so either of two commands has its turn. */
const stride = 3;
let template: string;
let store: PurgeStore;
const copies: string[] = [];

beforeAll(async () => {
  template = await temporaryProject();
  store = await purgeStore(template);
});
afterAll(() => copies.forEach((folder) => rmSync(folder, {recursive: true, force: true})));

async function copied(kinds?: readonly Kind[]): Promise<Workspace> {
  const project = `${template}-${copies.length}`;
  cpSync(template, project, {recursive: true, preserveTimestamps: true});
  copies.push(project);
  return openWorkspace(project, ".assay", kinds);
}

const idsAre = (ids: readonly string[]) => `row_id in (${ids.map((id) => `'${id}'`).join(", ")})`;
const dryRun = (workspace: Workspace, where: string) => previewPurge(workspace, "letters", {where});

/** What a dry run tells and then the purge. */
async function bothOf(workspace: Workspace, where: string) {
  const before = folderState(workspace.project);
  const {rows, keptOut, heldOut, ...dry} = await dryRun(workspace, where);
  expect(folderState(workspace.project)).toEqual(before);
  expect(heldOut).toBe(store.held.length);
  const {erasedBefore, ...real} = await purge(workspace, "letters", {where, reason: "a request"});
  expect(erasedBefore).toBeLessThan(5);
  return {dry: {...dry, rows: rows.length, keptOut: keptOut.length}, real};
}

/** The workspace, but its place fails at the write after so many. */
function failingAfter(workspace: Workspace, writes: number): Workspace {
  let left = writes;
  const place = new Proxy(workspace.place, {
    get(target, name: keyof StorageBackend) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (["put", "putFile", "remove"].includes(name) && left-- <= 0) throw new Error("the disk is gone");
        return Reflect.apply(value, target, given) as unknown;
      };
    }
  });
  return {...workspace, place};
}

describe("a dry run of a purge", () => {
  it("tells what the purge then does, of every kind of record, and leaves every file as it was", async () => {
    const workspace = await copied();
    const {open} = store;
    const first = await bothOf(workspace, idsAre(open.slice(0, 4)));
    // The rows that stay have the same labels.
    const {unread, repeating, ...touched} = first.dry;
    expect([unread, repeating]).toEqual([[], []]);
    for (const [name, found] of Object.entries(touched)) expect(found, name).not.toEqual([]);
    expect(first.dry).toEqual(first.real);
    for (const where of [
      "id = 'r9' and label is null",
      idsAre(open.slice(2, 30)),
      "id = 'foreign'",
      "true = false"
    ]) {
      const {dry, real} = await bothOf(workspace, where);
      expect(dry, where).toEqual(real);
    }
  });

  it("tells what the same command, or a wider one, does after a purge that was interrupted at any write", async () => {
    const [where, wider] = [idsAre(store.open.slice(0, 4)), idsAre(store.open.slice(0, 6))];
    let undisturbed = false;
    for (let writes = 0; !undisturbed; writes += stride) {
      const workspace = await copied();
      undisturbed = await purge(failingAfter(workspace, writes), "letters", {
        where,
        reason: "a request"
      }).then(
        () => true,
        () => false
      );
      const [again, rows] = writes % 2 === 0 ? [where, 4] : [wider, 6];
      const {dry, real} = await bothOf(workspace, again);
      expect(dry, `after ${writes} writes`).toEqual(real);
      expect(dry.rows).toBe(writes === 0 ? rows : rows - 4);
      rmSync(workspace.project, {recursive: true});
    }
  }, 120_000);

  it("leaves every file as it was when it fails at any kind", async () => {
    for (let at = 0; at <= KINDS.length; at += Math.ceil(stride / 3)) {
      const broken: Kind = {
        name: "broken",
        at: "workspace.json",
        erase: async (_, {workspace}) => {
          await workspace.place.put("workspace.json", "{}");
          throw new Error("cannot be read");
        }
      };
      const workspace = await copied(KINDS.toSpliced(at, 0, broken));
      const before = folderState(workspace.project);
      await expect(dryRun(workspace, "true")).rejects.toThrow("cannot be read");
      expect(folderState(workspace.project)).toEqual(before);
      rmSync(workspace.project, {recursive: true});
    }
  }, 120_000);

  it("leaves every file as it was when it is killed", async () => {
    const script = await childScript(new URL("../../fixtures/killedPurge.ts", import.meta.url));
    const workspace = await copied();
    // The command opens the store first, by way of files in tmp.
    const state = () => ({...folderState(workspace.dir), tmp: undefined});
    const before = state();
    let ended = 0;
    for (let ms = 0; ended === 0; ms = ms * 3 + 30) {
      const child = spawn(process.execPath, [script, workspace.project, "dry run", "true"], {
        stdio: ["ignore", "pipe", "inherit"]
      });
      child.stdout.on("data", (data: Buffer) => {
        if (data.toString().includes("begins")) setTimeout(() => child.kill("SIGKILL"), ms);
        if (data.toString().includes("ended")) ended++;
      });
      await new Promise((resolve) => child.on("close", resolve));
      expect(state()).toEqual(before);
    }
  }, 60_000);

  it("takes no lease: another command may be at work on the dataset", async () => {
    const workspace = await copied();
    await workspace.lease("pull-letters", {what: "a pull"}, async () => {
      expect((await dryRun(workspace, "true")).rows).toEqual(expect.arrayContaining(store.open));
    });
  });
});

describe("assay purge --dry-run", () => {
  it("prints what would lose rows and what would still have them, and all of it as JSON", async () => {
    const workspace = await copied();
    const where = idsAre(store.open.slice(0, 2));
    const contents = () =>
      Object.entries(folderState(workspace.project)).map(([name, state]) => [name, state.split(" ")[0]]);
    const before = contents();
    const shown = await assayHere(workspace.project, "purge", "letters", "--where", where, "--dry-run");
    const {stdout} = await assayHere(
      workspace.project,
      "purge",
      "letters",
      "--where",
      where,
      "--dry-run",
      "--json"
    );
    expect(contents()).toEqual(before);
    const told = await dryRun(workspace, where);
    expect(JSON.parse(stdout)).toEqual(told);
    const [version] = told.versions;
    const lines = [
      "2 rows of letters would be erased. Nothing was.",
      ...told.rows.map((id) => `  ${id}`),
      ...told.versions.map(({id, rows}) => `  version ${id} would lose ${rows} rows`),
      ...told.splits.map((id) => `  split ${id} would lose rows`),
      ...told.runs.map((id) => `  run ${id} would lose expected answers, outputs and excerpts`),
      ...told.journals.map(
        (id) => `  run ${id} would lose its journal, so its unsealed calls would be made again`
      ),
      ...told.others.map(({kind, id, rows}) => `  ${kind} ${id} would lose ${rows} rows`),
      ...told.models.map(
        ({id, name}) => `  would NOT be erased: model ${name} (${id.slice(0, 12)}) learned from them.`
      ),
      ...told.notErased.map((file) => `  would NOT be erased: ${file}, made from the store`),
      ...told.equalRows.map(
        ({dataset, id, rows}) => `  would NOT be erased: ${rows} equal rows in version ${dataset}@${id}`
      )
    ];
    const printed = shown.stdout.split("\n");
    expect(version).toMatchObject({rows: 2});
    for (const [i, line] of lines.entries())
      expect(printed[i]!.replace("lose 1 row", "lose 1 rows")).toContain(line);
    expect(printed.slice(lines.length)).toEqual([
      `${store.held.length} rows that splits hold out are not looked at here. A purge looks at them too.`,
      "The source itself, and copies that others took of exports or of the site, are yours to clear.",
      ""
    ]);
  });

  it("says that it would finish what an earlier purge left, when no row is left to mark", async () => {
    const workspace = await copied();
    const where = idsAre(store.open.slice(0, 2));
    await expect(purge(failingAfter(workspace, 1), "letters", {where, reason: "a request"})).rejects.toThrow(
      "the disk is gone"
    );
    const shown = await assayHere(workspace.project, "purge", "letters", "--where", where, "--dry-run");
    expect(shown.stdout).toMatch(
      /^0 rows of letters would be erased\. Nothing was\.\nWhat an earlier purge had left undone would be done\.\n {2}version \w+ would lose 2 rows\n/
    );
  });
});

import {execFile} from "node:child_process";
import {chmodSync, mkdirSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {promisify} from "node:util";
import {expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** Nothing is read-only to root. What is loaded late is loaded before the rights are given up. */
const script = (project: string) => `
  const {openStore} = await import(${JSON.stringify(compiled("base/store/index.js"))});
  const read = async () => {
    const store = await openStore(${JSON.stringify(project)}, {threads: 1});
    try {
      await store.confine([store.workspace.dir, store.workspace.tmpDir]);
      return JSON.stringify(await store.rows("select letters.id from letters, versions"));
    } finally {
      store.close();
    }
  };
  await read();
  if (process.getuid() === 0) process.setuid(65534);
  console.log(await read());`;

it.skipIf(process.platform === "win32")("a store that may only be read is read", async () => {
  const {project, ...workspace} = await temporaryWorkspace();
  const rows = () => [{id: "a"}];
  await pull(
    {project, ...workspace},
    defineDataset({name: "letters", id: "id", source: {kind: "rows", rows}})
  );
  const tmp = join(project, "tmp");
  mkdirSync(tmp);
  chmodSync(project, 0o755);
  const folders = [workspace.dir, workspace.tmpDir];
  const allow = (mode: number) => folders.forEach((folder) => chmodSync(folder, mode));
  allow(0o555);
  chmodSync(tmp, 0o777);
  try {
    const env = {...process.env, TMPDIR: tmp, ASSAY_DIR: workspace.dir};
    const words = ["--input-type=module", "-e", script(project)];
    const {stdout} = await promisify(execFile)(process.execPath, words, {env, cwd: project});
    expect(stdout.trim()).toBe('[{"id":"a"}]');
    expect(readdirSync(tmp)).toEqual([]);
  } finally {
    allow(0o755);
  }
});

import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, expect, it, vi} from "vitest";
import {versionsVerb} from "../../src/cli/data/versions.js";
import {pull} from "../../src/data/datasets/index.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

afterEach(() => vi.unstubAllEnvs());

it("assay versions marks the current version, which need not be the newest", async () => {
  const project = await temporaryProject();
  await mkdir(join(project, "evals"));
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", "");
  const workspace = await openWorkspace(project);
  const of = (n: number) =>
    pull(workspace, {
      name: "notes",
      id: "id",
      source: {kind: "rows", rows: () => Array.from({length: n}, (_, id) => ({id}))}
    });
  const {version: older} = await of(3);
  const {version: newer} = await of(4);
  const marked = async () =>
    (await printed(() => versionsVerb("notes", {})))
      .split("\n")
      .filter((line) => / current /.test(line))
      .map((line) => line.split(/ +/)[1]);
  expect(await marked()).toEqual([newer.id]);
  expect(await of(3)).toMatchObject({again: true});
  expect(await marked()).toEqual([older.id]);
});

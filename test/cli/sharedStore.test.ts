import {readdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {collectGarbage, previewPurge, purge} from "../../src/data/datasets/index.js";
import {listModels, loadModel} from "../../src/weights/models/index.js";
import {storeFingerprint} from "../../src/report/site/index.js";
import {modelsDir, openStore, type Workspace} from "../../src/base/store/index.js";
import {assay, assayWithout} from "../support/assay.js";
import {bucket, checkout, pullAndRun, server, setUpCheckouts} from "./support/sharedCheckouts.js";

async function ask<T extends object>(workspace: Workspace, sql: string): Promise<T> {
  const store = await openStore(workspace);
  try {
    return (await store.row<T>(sql))!;
  } finally {
    store.close();
  }
}

setUpCheckouts();

describe.skipIf(!server)("a store that two machines share", () => {
  it(
    "shows on one what was pulled, trained and run on the other, and erases for both",
    {tags: ["long"]},
    async () => {
      const here = await checkout();
      const first = await pullAndRun(here);
      expect(first).toMatchObject({changed: true, manifest: {status: "complete"}});
      expect(first.calls).toBeGreaterThan(0);

      const there = await checkout();
      const listed = await assay(there.project, "runs", "--json");
      expect((JSON.parse(listed.stdout) as {id: string}[]).map(({id}) => id)).toEqual([first.manifest.id]);
      const models = await listModels(modelsDir(there));
      expect(models.map(({architecture}) => architecture).sort()).toEqual(["majority", "tfidf-logreg"]);
      const loaded = await loadModel(
        modelsDir(there),
        models.find(({architecture}) => architecture !== "majority")!.id
      );
      expect((await loaded.predict(["the parcel 99 never came"]))[0]!.label).toBe("delivery");
      expect(await storeFingerprint(there)).toBe(await storeFingerprint(here));

      server!.requests.length = 0;
      const again = await pullAndRun(there);
      expect([again.changed, again.calls, again.manifest.id]).toEqual([false, 0, first.manifest.id]);
      const made = server!.requests.filter((one) => /^PUT .*(manifest|\.parquet|\.builds)/.test(one));
      expect(made).toEqual([]);

      const scores = "select count(*)::int as n, sum(value) as sum from scores";
      const before = await ask(here, scores);
      server!.requests.length = 0;
      const where = "id = 't0'";
      const {rows, keptOut, heldOut, ...would} = await previewPurge(there, "tickets", {where});
      expect(server!.requests.filter((one) => !/^(GET|HEAD) /.test(one))).toEqual([]);
      expect([rows, keptOut, heldOut]).toEqual([["t0"], [], 0]);
      expect(await purge(there, "tickets", {where, reason: "asked"})).toEqual({
        ...would,
        rows: 1,
        erasedBefore: 0,
        keptOut: 0
      });
      expect(await ask(here, "select count(*)::int as n from tickets where id = 't0'")).toEqual({n: 0});
      expect(await ask(here, "select count(*)::int as n from tickets")).toEqual({n: 59});
      expect(await ask(here, scores)).toEqual(before);

      const store = await openStore(here);
      const gone = await collectGarbage(store, {keep: 1});
      store.close();
      expect(gone.versions).toEqual([]);
    }
  );

  it("holds records under their own names and nothing of one machine alone", {tags: ["long"]}, async () => {
    const keys = (await server!.keys(bucket!)).map((key) => key.replace(/^team\//, ""));
    const folders = new Set(keys.map((key) => key.split("/")[0]));
    expect([...folders].sort()).toEqual(["datasets", "locks", "models", "runs", "splits", "workspace.json"]);
    expect(keys.filter((key) => /ndjson|^models\/\.(hub|vectors|shared)/.test(key))).toEqual([]);
    for (const table of [/^datasets\/tickets\/\w+\/rows\.parquet$/, /^runs\/[\w-]+\/scores\.parquet$/])
      expect(keys.filter((key) => table.test(key))).toHaveLength(1);
    const {project} = await checkout();
    expect(readdirSync(join(project, ".assay"))).toEqual([".gitignore", "shared"]);
  });

  it("says what to install when the libraries are missing", async () => {
    const {project} = await checkout();
    const {code, stderr} = await assayWithout("@aws-sdk/lib-storage", project, "versions");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/npm install @aws-sdk\/client-s3 @aws-sdk\/lib-storage/)
    ]);
  });
});

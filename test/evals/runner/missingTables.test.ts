import {rmSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {plainError} from "../../../src/cli/terminal/fail.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {openWordsProject, server, wordsEval, wordsProject} from "./support/project.js";

async function sealedWithout(model: ModelServer, table: string) {
  const folder = await temporaryProject();
  const project = await wordsProject(folder, 12);
  const definition = wordsEval(server(model.url));
  const {manifest} = await runEval(definition, {...project, evalName: "words"});
  project.store.close();
  rmSync(join(folder, ".assay", "runs", manifest!.id, `${table}.parquet`));
  const store = await openStore(folder);
  const again = async (seed: string, more = {}) =>
    runEval({...definition, seed}, {...(await openWordsProject(store)), evalName: "words", ...more});
  return {store, again, seed: manifest!.seed, calls: model.requests.length};
}

const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => "nothing",
    (error: unknown) => plainError(error)
  );

it.each(["items", "completions", "scores"] as const)(
  "a sealed run whose %s are gone is damaged, and not an empty one",
  async (table) => {
    const model = await startModelServer();
    const {store, again, calls} = await sealedWithout(model, table);
    try {
      const says = new RegExp(`${table}\\.parquet is missing or damaged\\. Restore it from a copy`);
      for (const query of [`select * from ${table}`, "select count(*) from scores"])
        expect(await thrownBy(store.rows(query))).toMatch(says);
      expect(await thrownBy(again("another"))).toMatch(says);
      expect(model.requests.length).toBe(calls);
    } finally {
      store.close();
      await model.close();
    }
  }
);

it("a run that has no prompts, as runs of before, is read", async () => {
  const model = await startModelServer();
  const {store, again, seed, calls} = await sealedWithout(model, "prompts");
  try {
    expect(await store.row("select count(*)::int as n from scores")).toEqual({n: 12});
    expect((await again(seed)).manifest?.counts.completed).toBe(12);
    expect(model.requests.length).toBe(calls);
  } finally {
    store.close();
    await model.close();
  }
});

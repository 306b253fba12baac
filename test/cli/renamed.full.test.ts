import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {listRaces} from "../../src/evals/races/index.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {project} from "./support/renamedProject.js";

it("names two splits of two evals that are the same but for the name as each eval does", async () => {
  const {folder, name, call} = await project();
  const text = await readFile(join(folder, "evals", await name({})), "utf8");
  const again = text.replace('name: "sums"', 'name: "again"').replace('name: "halves"', 'name: "mine"');
  await writeFile(join(folder, "evals", "again.eval.ts"), again);
  await call("run");
  const check = await call("check", "--json");
  expect(check.code).toBe(0);
  expect(JSON.parse(check.stdout)).toMatchObject([
    {eval: "again", split: "mine"},
    {eval: "sums", split: "halves"}
  ]);
});

it("races a renamed dataset under a record of its own", async () => {
  const {folder, name, call} = await project("race: true");
  const records = async () =>
    (await listRaces(await openWorkspace(folder))).map(({id, dataset}) => [id, dataset.name]);
  await name({});
  await call("run");
  const [first] = await records();
  await name({dataset: "totals"});
  await call("run");
  expect((await call("check")).code).toBe(0);
  await name({});
  await call("run");
  expect((await call("check")).code).toBe(0);
  const found = await records();
  expect(found).toHaveLength(2);
  expect(found).toEqual(expect.arrayContaining([first, [expect.any(String), "totals"]]));
});

import {expect, it} from "vitest";
import {judgedIn, pages, project} from "./support/statedProject.js";

it("finds the run of the present definition among those of two branches, and a training that was never made", async () => {
  const {folder, state, call} = await project();
  await state({trainer: "majorityClassifier"});
  await call("run");
  const {
    current: [main]
  } = await pages(folder);
  await state({trainer: "tfidfLogReg"});
  const never = await call("check");
  expect(never.stdout).toContain("another definition (the candidate one)");
  expect(never.code).toBe(101);
  await call("run");
  const {
    current: [branch]
  } = await pages(folder);
  const judged: Record<string, string[]> = {};
  for (const trainer of ["majorityClassifier", "tfidfLogReg"]) {
    await state({trainer});
    judged[trainer] = judgedIn(await call("check", "--json"));
  }
  expect(judged).toEqual({majorityClassifier: [main], tfidfLogReg: [branch]});
});

it("takes a partial run for current when a later start completes it, and never while it is partial", async () => {
  const {folder, state, call} = await project();
  await state({right: 10});
  await call("run", "--limit", "20");
  const {
    current: [part]
  } = await pages(folder);
  await state({right: 40});
  await call("run");
  const {
    current: [whole]
  } = await pages(folder);
  expect(whole).not.toBe(part);
  await call("run", "--limit", "20");
  expect((await pages(folder)).current).toEqual([whole]);
  expect((await call("check")).code).toBe(0);

  // The same rows as before, asked for again with only a part of them: what is complete stands, as of another definition.
  await state({right: 10});
  await call("run", "--limit", "20");
  expect((await pages(folder)).current).toEqual([whole]);
  const check = await call("check", "--json");
  expect([check.code, judgedIn(check)]).toEqual([101, [whole]]);
});

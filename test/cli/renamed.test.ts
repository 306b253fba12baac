import {expect, it} from "vitest";
import type {Ended} from "../support/assay.js";
import {project} from "./support/renamedProject.js";

const judgedIn = ({stdout}: Ended) => (JSON.parse(stdout) as {run: string}[]).map(({run}) => run);

it(
  "makes a run under the new name of a dataset or split, of the answers that the store holds",
  {tags: ["long"]},
  async () => {
    const {name, call} = await project();
    await name({});
    await call("run");
    const [first] = judgedIn(await call("check", "--json"));
    for (const names of [{dataset: "totals"}, {split: "parts"}]) {
      await name(names);
      const made = await call("run");
      expect(made.stdout).toContain("0 calls made");
      const check = await call("check", "--json");
      expect(check.code).toBe(0);
      expect(judgedIn(check)).toEqual([expect.stringMatching(new RegExp(`^${first}-\\d$`))]);
      expect((await call("run")).stdout).toContain("nothing to do: the store holds this run");
    }
    await name({});
    expect((await call("run")).stdout).toContain("nothing to do: the store holds this run");
    expect(judgedIn(await call("check", "--json"))).toEqual([first]);
  }
);

it("names in a purge what holds the same rows under another name", {tags: ["long"]}, async () => {
  const {name, call} = await project();
  await name({});
  await call("run");
  const [run] = judgedIn(await call("check", "--json"));
  await name({dataset: "totals"});
  await call("run");
  const where = ["purge", "totals", "--where", "id in ('s3', 's4', 's5', 's6', 's7', 's8')"];
  const dry = await call(...where, "--dry-run");
  expect(dry.stdout).toMatch(/would NOT be erased: 6 equal rows in version sums@\w+; purge sums too/);
  const real = await call(...where, "--reason", "a request");
  expect(real.stdout).toMatch(/ {2}NOT erased: 6 equal rows in version sums@\w+; purge sums too/);
  expect(real.stdout).toMatch(
    new RegExp(`NOT erased: \\d equal rows? in run ${run} on sums; purge sums too`)
  );
  const other = await call("purge", "sums", ...where.slice(2), "--reason", "a request");
  expect(other.stdout).toContain(`run ${run}`);
  expect(other.stdout).not.toContain("equal row");
});

import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("compares splits with a held-out part without holding rows out, and says what is held out by a choice", async () => {
  const project = await temporaryProject();
  const lines = Array.from({length: 120}, (_line, i) => JSON.stringify({id: `r${i}`, label: `l${i % 3}`}));
  writeFileSync(join(project, "rows.jsonl"), lines.join("\n"));
  writeLoader(
    project,
    "rows",
    `{name: "rows", source: {kind: "files", files: "rows.jsonl"}, id: "id", label: "label"}`
  );
  const told = async (...args: string[]) => {
    const {code, stdout} = await assay(project, ...args);
    expect([args, code]).toEqual([args, 0]);
    return stdout.replaceAll(/\s+/g, " ");
  };
  await told("pull");
  const compared = await told("split", "rows", "--compare", "--held-out", "0.1");
  expect(compared).toContain(
    "Nothing of this is kept, and no row was held out by it. Choose with `assay split rows --strategy NAME --held-out 0.1`"
  );
  expect(compared).not.toContain("are held out (");
  expect(await told("sql", "select count(*) as n from rows", "--json")).toContain("120");
  expect(await told("sql", "select count(*) as n from splits", "--json")).toMatch(/"n": ?"?0/);
  const refused = await assay(project, "split", "rows", "--compare", "--held-out", "0.1", "--leaks");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("keeps no split")]);

  expect(await told("split", "rows", "--strategy", "stratified", "--held-out", "0.1")).toMatch(
    /12 of 120 rows of rows@\w+ are held out \(10\.0%\): all splits together/
  );
  expect(await told("split", "rows", "--strategy", "random", "--held-out", "0.1")).toContain(
    "12 of 120 rows"
  );
  expect(await told("sql", "select count(*) as n from rows", "--json")).toContain("108");
});

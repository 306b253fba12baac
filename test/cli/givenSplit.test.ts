import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("measures a published division by the column that names it, without an eval", async () => {
  const project = await temporaryProject();
  const parts = ["train", "training", "dev", "test"];
  const lines = Array.from({length: 40}, (_line, i) =>
    JSON.stringify({id: `r${i}`, text: `question ${i % 20}`, part: parts[i % 4]})
  );
  writeFileSync(join(project, "rows.jsonl"), lines.join("\n"));
  writeLoader(
    project,
    "published",
    `{name: "published", source: {kind: "files", files: "rows.jsonl"}, id: "id", text: "text"}`
  );
  expect(await assayHere(project, "pull")).toMatchObject({code: 0});
  const ended = await assay(project, "split", "published", "--column", "part", "--json");
  expect(ended).toMatchObject({code: 0, stderr: ""});
  const [split] = JSON.parse(ended.stdout) as {counts: object; strategy: string}[];
  expect(split).toMatchObject({strategy: "given", counts: {train: 20, validation: 10, test: 10}});
  expect(
    await assayHere(project, "split", "published", "--strategy", "random", "--column", "part")
  ).toMatchObject({code: 1, stderr: expect.stringMatching(/add --strategy given/) as string});
});

import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("warns of the empty part that days with many rows leave, and recommends another split", async () => {
  const project = await temporaryProject();
  const lines = Array.from({length: 120}, (_line, i) =>
    JSON.stringify({id: `r${i}`, text: `${i} asks ${i * 7}`, day: i < 60 ? "2026-02-01" : "2026-02-02"})
  );
  writeFileSync(join(project, "rows.jsonl"), lines.join("\n"));
  writeLoader(
    project,
    "days",
    `{name: "days", source: {kind: "files", files: "rows.jsonl"}, id: "id", text: "text", time: "day"}`
  );
  expect(await assayHere(project, "pull")).toMatchObject({code: 0});
  const warning =
    /split temporal: no row is in validation \(asked for: 15\.0%\), 60 of 120 rows are in test \(50\.0%; asked for: 15\.0%\)\. Rows of one moment stay together/;
  const json = await assay(project, "split", "days", "--compare", "--json");
  expect(json.code).toBe(0);
  const {splits, choice} = JSON.parse(json.stdout) as {
    splits: {strategy: string; warning?: string}[];
    choice: {strategy: string};
  };
  expect(splits.map(({strategy, warning: own}) => [strategy, own !== undefined])).toEqual([
    ["random", false],
    ["cluster", false],
    ["temporal", true]
  ]);
  expect(splits[2]!.warning).toMatch(warning);
  expect(choice.strategy).not.toBe("temporal");
  const alone = await assayHere(project, "split", "days", "--strategy", "temporal");
  expect(alone.code).toBe(0);
  expect(alone.stderr.replaceAll(/\s+/g, " ")).toMatch(warning);
});

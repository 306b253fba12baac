import {appendFile, mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {row, ROWS} from "./support/smallProject.js";
import {after, model, project, said, setUpWatched} from "./support/watchedProject.js";

setUpWatched();

it("says what an edited loader would take", async () => {
  const asked = model.requests.length;
  const {edit, folder} = project;
  await appendFile(join(folder, "data", "words.jsonl"), row(ROWS) + "\n");
  const loader = edit("data-loaders/words.ts", "export default", "// One row more.\nexport default");
  expect(await after(loader, "Make them: assay run words")).toMatch(/13 rows, \+1 [^]*2 calls of 26 planned/);
  expect(model.requests.length).toBe(asked);
}, 240_000);

it("plans anew for code that an eval imports from elsewhere, and names the command for data and fine-tunes", async () => {
  const asked = model.requests.length;
  const {folder} = project;
  await after(
    appendFile(join(folder, "data", "words.jsonl"), row(ROWS + 1) + "\n"),
    "data/words.jsonl changed"
  );
  expect(said).toContain("data/words.jsonl changed: assay pull words");
  await mkdir(join(folder, "finetunes"));
  const finetune = writeFile(
    join(folder, "finetunes", "small.finetune.ts"),
    'export default {name: "small"};\n'
  );
  expect(await after(finetune, "small.finetune.ts changed")).toContain(
    "finetunes/small.finetune.ts changed: assay finetune small"
  );
  await after(
    writeFile(join(folder, "lib", "prompt.ts"), 'export const prompt = "Say: {{text}}";\n'),
    "Make them: assay run words"
  );
  expect(said).toContain("lib/prompt.ts changed");
  expect(model.requests.length).toBe(asked);
}, 240_000);

// @module-tag long
import {expect, it} from "vitest";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {pullVerb} from "../../src/cli/data/pull.js";
import {runVerb} from "../../src/cli/evals/run/run.js";
import {noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {edit, NOTICE, setUpSource} from "./support/editedSource.js";

const verbs: [name: string, verb: () => Promise<void>][] = [
  ["run", () => runVerb([], {reuse: true, dryRun: true})],
  ["run --json", () => runVerb([], {reuse: true, dryRun: true, json: true})],
  ["finetune --check", () => finetuneVerb(["scratch"], {check: true})],
  ["jobs submit --check", () => submitVerb("sent", {check: true})]
];

setUpSource();

it.each(verbs)(
  "assay %s says once that a source was edited after it was pulled, until the next pull",
  async (_, verb) => {
    expect(await noted(verb)).not.toMatch(/since it was pulled/);
    edit();
    expect((await noted(verb)).match(NOTICE)).toHaveLength(1);
    await noted(() => pullVerb([], {}));
    expect(await noted(verb)).not.toMatch(/since it was pulled/);
  }
);

it("assay run --json prints nothing of it among its results", async () => {
  edit();
  expect(JSON.parse(await printed(() => runVerb([], {reuse: true, dryRun: true, json: true})))).toHaveLength(
    2
  );
});

import {expect, it} from "vitest";
import {checkVerb} from "../../src/cli/evals/check/check.js";
import {pullVerb} from "../../src/cli/data/pull.js";
import {runVerb} from "../../src/cli/evals/run/run.js";
import {noted} from "../support/jobProject.js";
import {edit, NOTICE, setUpSource} from "./support/editedSource.js";

setUpSource();

it("assay check says it of the runs on the newest version, and no more when there is a newer one", async () => {
  await noted(() => runVerb([], {reuse: true, limit: 3}));
  expect(await noted(() => checkVerb([], {}))).not.toMatch(/since it was pulled/);
  edit();
  expect((await noted(() => checkVerb([], {}))).match(NOTICE)).toHaveLength(1);
  await noted(() => pullVerb([], {}));
  edit();
  expect(await noted(() => checkVerb([], {}))).not.toMatch(/since it was pulled/);
});

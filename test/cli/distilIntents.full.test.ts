import {existsSync} from "node:fs";
import {mkdir, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import type {DistillationView} from "../../src/report/site/index.js";
import {file} from "../bench/distil/data-loaders/intents.js";
import {assay} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const examples = resolve(import.meta.dirname, "../bench/distil");
const absent = existsSync(file) ? "" : ` (left out: CLINC150 is not at ${file})`;
if (absent !== "") console.warn(`distillation of CLINC150${absent}`);

describe.skipIf(absent !== "")(`intents learned from recorded answers${absent}`, () => {
  it("are judged on rows that nobody learned from, in and out of scope, and no answer is paid for twice", async () => {
    const project = await temporaryProject();
    for (const path of ["data-loaders/intents", "evals/intents.eval", "distillations/intents.distillation"]) {
      await mkdir(join(project, path, ".."), {recursive: true});
      await writeFile(
        join(project, `${path}.ts`),
        `export {default} from ${JSON.stringify(join(examples, `${path}.js`))};\n`
      );
    }
    const judged = async () => {
      const {code, stdout, stderr} = await assay(project, "distil", "intents", "--json");
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as DistillationView;
    };
    const view = await judged();
    expect(view).toMatchObject({rows: 5500, answeredRows: 18_200, teacherUnknown: []});
    expect(view.teacherMean).toBeGreaterThan(0.9);
    for (const {judged: found, learned, slices, cascade, costs} of view.students) {
      expect(found.rows).toBe(view.cleanRows);
      expect(learned).toBeLessThan(15_100);
      expect(slices.map(({value}) => value).sort()).toEqual(["in scope", "out of scope"]);
      // What was chosen on one half of the rows holds on the other.
      if (cascade?.loss) expect(cascade.loss.high).toBeGreaterThan(-view.maxLoss);
      expect(costs).toHaveLength(4);
    }
    expect(await judged()).toEqual(view);
  }, 900_000);
});

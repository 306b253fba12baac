// @module-tag long
import {describe, expect, it} from "vitest";
import {runEval} from "../../../src/evals/runner/index.js";
import {judgePairwise} from "../../../src/evals/scorers/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {server} from "../../evals/runner/support/project.js";
import {definition, inputs, model, project, run, setUpOpened, told} from "./support/openedProject.js";

setUpOpened();

describe("a held-out part", () => {
  it("that was opened for other runs before is a risk, a first opening, a forecast and the same run again are none", async () => {
    await run("one {{text}}", {dryRun: true});
    const first = await run("one {{text}}");
    expect(await told(first)).toEqual([]);
    expect((await run("one {{text}}")).id).toBe(first.id);
    expect(await told(first)).toEqual([]);
    await run("two {{text}}");
    const third = await run("three {{text}}");
    expect(await told(third)).toEqual([
      "The held-out part was opened 3 times before, for other runs. Where something was changed after their scores, it no longer tells how the winner does on unseen rows."
    ]);
    expect(await told(first)).toEqual([]);
    // Back to the first, knowing what the others came to.
    expect(await told(await run("one {{text}}"))).toEqual([expect.stringMatching(/opened 2 times before/)]);
  });

  it("shows how often a judge changed its choice with the order, though its words stay hidden", async () => {
    const judge = judgePairwise({endpoint: server(model.url), model: "judge", rubric: "better"});
    const {manifest} = await runEval(definition("judged {{text}}", {scorers: {judge}}), inputs("judged"));
    const {verdict} = await runVerdict(project.store, manifest!);
    expect(verdict.risks.map(({sentence}) => sentence)).toContainEqual(
      expect.stringMatching(
        /^The judge judge changes its choice .* \(100\.0%\), each of which counts as a tie\.$/
      )
    );
    const [details] = await project.store.rows<{details: string}>(
      "select distinct details from scores where run = $run",
      {run: manifest!.id}
    );
    expect(details).toEqual({details: '{"agree":false}'});
  });
});

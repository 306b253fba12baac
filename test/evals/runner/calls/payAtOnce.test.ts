import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openWorkspace, readSpending} from "../../../../src/base/store/index.js";
import {openCommandBudget} from "../../../../src/evals/runner/calls/commandBudget.js";
import {keepBudget} from "../../../../src/evals/runner/calls/keepBudget.js";
import {payAtOnce} from "../../../../src/evals/runner/calls/payAtOnce.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

const NOW = () => Date.parse("2026-11-02T12:00:00Z");

async function budgetOf(limitUsd?: number, usdPerDay?: number) {
  const project = await temporaryProject();
  if (usdPerDay !== undefined)
    await writeFile(join(project, "assay.json"), JSON.stringify({budget: {usdPerDay}}));
  const workspace = await openWorkspace(project);
  return {workspace, budget: await openCommandBudget(workspace, limitUsd, "distil", NOW)};
}

describe("what is paid at once", () => {
  it("leaves less of the command's budget for calls and for what is paid later", async () => {
    const {budget} = await budgetOf(3);
    await payAtOnce(budget, {what: "job a", usd: 2});
    expect(budget.spentUsd).toBe(2);
    const request = {key: "k", candidate: "c", worstCaseUsd: 1.5} as Parameters<
      ReturnType<typeof keepBudget>["reserve"]
    >[0];
    expect(await keepBudget(Infinity, budget).reserve(request)).toBe(false);
    await expect(payAtOnce(budget, {what: "job b", usd: 1.01})).rejects.toThrow(
      "job b costs $1.0100, and $1.0000 of this command's $3 are left. Nothing was sent"
    );
    await payAtOnce(budget, {what: "job b", usd: 1});
    expect(budget.spentUsd).toBe(3);
  });

  it("is refused under a budget when its price is unknown, and counts for nothing without one", async () => {
    const {budget} = await budgetOf(3);
    await expect(payAtOnce(budget, {what: "job a", usd: undefined})).rejects.toThrow(
      "none is known for job a."
    );
    const {budget: open} = await budgetOf();
    await payAtOnce(open, {what: "job a", usd: undefined});
    expect([budget.spentUsd, open.spentUsd]).toEqual([0, 0]);
  });

  it("keeps to the project's budget of the day, and stands in it", async () => {
    const {workspace, budget} = await budgetOf(undefined, 5);
    await payAtOnce(budget, {what: "job a", usd: 4});
    await expect(payAtOnce(budget, {what: "job b", usd: 2})).rejects.toThrow(
      /job b costs \$2\.0000.*\$5 a day/
    );
    await budget.end();
    expect(await readSpending(workspace, "2026-11-02")).toMatchObject([{spentUsd: 4, ended: true}]);
  });
});

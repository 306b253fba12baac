import {afterAll, expect, it} from "vitest";
import {changedRowsText} from "../../../src/cli/evals/runs/changedRows.js";
import type {Endpoint} from "../../../src/inference/endpoints/index.js";
import {candidate, compareRuns, runEval} from "../../../src/evals/runner/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "./support/project.js";

let project: Project | undefined;
afterAll(() => project?.store.close());

const answering = (name: string, answer: (word: string) => string): Endpoint => ({
  name: "ours",
  kind: "ours",
  hosting: "on-prem",
  trust: "local",
  identity: () => Promise.resolve({name}),
  complete: ({messages}) => {
    const text = answer(messages[0]!.content!.split(" ").at(-1)!);
    return Promise.resolve({text, finishReason: "stop", latencyMs: 1, attempts: 1});
  }
});

it("two runs list the rows that improved or worsened, with both answers", async () => {
  project = await wordsProject(await temporaryProject(), 40);
  const inputs = {...project, evalName: "words", options: {preflight: false}};
  const ids: string[] = [];
  for (const [name, answer] of [
    ["first", (word: string) => word],
    ["second", () => "red"]
  ] as const) {
    const candidates = [candidate("one", answering(name, answer), "m")];
    ids.push((await runEval(wordsEval(candidates[0]!.reach!.endpoint, {candidates}), inputs)).manifest!.id);
    project.store.refresh();
  }
  const {candidates} = await compareRuns(project.store, ids[0]!, ids[1]!);
  const {improved, worsened, changedRows} = candidates[0]!;
  expect(worsened).toBeGreaterThan(0);
  expect(changedRows).toHaveLength(improved + worsened);
  for (const {a, b, difference, outputA, outputB} of changedRows) {
    expect(difference).toBe(b - a);
    expect(outputA).not.toBe(outputB);
  }
  const [most] = changedRows;
  expect(changedRowsText(candidates, String)).toContain(most!.row);
});

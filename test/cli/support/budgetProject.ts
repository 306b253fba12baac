import {afterAll, beforeAll, beforeEach} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, type RunOptions} from "../../../src/evals/runner/index.js";
import {type Project, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export const NAMES = ["a", "b", "c", "d"];
export let model: ModelServer;
export let project: Project;
/** `isUntold`: every fifth answer tells no tokens. */
export const behaving: {withoutUsage?: string; failing?: string; isUntold?: boolean} = {};

export const at = (usd: number) =>
  openAICompatible({
    name: `at-${usd}`,
    baseUrl: model.url,
    hosting: "api",
    trust: "local",
    price: {inputUsdPerMillion: usd, outputUsdPerMillion: usd, asOf: "2026-11-01", source: "x"}
  });
export const definition = (more: Partial<EvalDefinition> = {}, maxTokens = 64) =>
  wordsEval(at(1000), {
    candidates: NAMES.map((name) => candidate(name, at(1000), name, {params: {max_tokens: maxTokens}})),
    ...more
  });
export const inputs = (options: RunOptions = {}) => ({
  ...project,
  evalName: "words",
  options: {preflight: false, ...options}
});

/** Starts the models of races, and a project for each test. */
export function setUpBudgets(): void {
  beforeAll(async () => {
    model = await startModelServer({
      models: [...NAMES, "judge"],
      behave: ({body, prompt}) => {
        if (body.model === behaving.failing && Number(prompt.split(" ")[1]) % 7 === 0)
          return {status: 400, body: {error: {message: "no"}}};
        const isUntold = behaving.isUntold && Number(prompt.split(" ")[1]) % 5 === 0;
        return {usage: body.model !== behaving.withoutUsage && !isUntold};
      },
      answer: ({prompt, body}) => {
        if (body.model === "judge") return `Rating: ${3 + (prompt.length % 5)}`;
        const said = prompt.split(" ");
        return body.model === "a" ? said.at(-1)! : said[0]!;
      }
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    behaving.withoutUsage = behaving.failing = behaving.isUntold = undefined;
    model.requests.length = 0;
    project = await wordsProject(await temporaryProject(), 400);
    return () => project.store.close();
  });
}

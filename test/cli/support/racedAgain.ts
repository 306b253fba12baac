import {afterAll, beforeAll, beforeEach} from "vitest";
import {candidate} from "../../../src/evals/runner/index.js";
import {type Project, server, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export let model: ModelServer;
export let project: Project;
export const answering = {down: false};
export const definition = (more = {}) => {
  const endpoint = server(model.url);
  return wordsEval(endpoint, {
    candidates: ["one", "other"].map((name) => candidate(name, endpoint, name)),
    ...more
  });
};
export const inputs = (options = {}) => ({
  ...project,
  evalName: "words",
  options: {preflight: false, ...options}
});

/** Starts the model and makes a project for each test. */
export function setUpRacedAgain(): void {
  beforeAll(async () => {
    const numberOf = (prompt: string) => Number(prompt.split(" ")[1]);
    model = await startModelServer({
      models: ["one", "other"],
      behave: ({body, prompt}) =>
        answering.down && body.model === "other" && numberOf(prompt) % 2 === 0
          ? {status: 400, body: {error: {message: "no"}}}
          : undefined,
      answer: ({body, prompt}) => {
        const said = prompt.split(" ");
        const right = body.model === "other" ? numberOf(prompt) % 2 === 1 : numberOf(prompt) % 5 > 0;
        return right ? said.at(-1)! : said[0]!;
      }
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    answering.down = true;
    model.requests.length = 0;
    project = await wordsProject(await temporaryProject(), 240);
    return () => project.store.close();
  });
}

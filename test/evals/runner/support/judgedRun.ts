import {candidate, type RunInputs, runEval} from "../../../../src/evals/runner/index.js";
import {judgeRating} from "../../../../src/evals/scorers/index.js";
import {type Project, server, wordsEval} from "./project.js";

/** The judge on a server, at so many dollars a token. */
export const pricedJudge = (url: string, each = 1) =>
  server(url, "judge's", {
    hosting: "api",
    price: {
      inputUsdPerMillion: each * 1e6,
      outputUsdPerMillion: each * 1e6,
      asOf: "2026-01-01",
      source: "test"
    }
  });

/** One start of an eval of one candidate whose answers the model "judge" rates, one call at a time. */
export async function judgedRun(
  project: Project,
  url: string,
  {
    endpoint = pricedJudge(url),
    options,
    ...inputs
  }: Partial<RunInputs & {endpoint: ReturnType<typeof server>}>
) {
  const definition = wordsEval(server(url), {
    candidates: [candidate("one", server(url), "test-model")],
    scorers: {rated: judgeRating({endpoint, model: "judge", rubric: "how good", params: {max_tokens: 3}})}
  });
  const {manifest} = await runEval(definition, {
    ...project,
    ...inputs,
    evalName: "words",
    options: {preflight: false, concurrency: 1, ...options}
  });
  project.store.refresh();
  return manifest!;
}

import {afterAll, expect, it} from "vitest";
import {runEval} from "../../../src/evals/runner/index.js";
import {judgeRating} from "../../../src/evals/scorers/index.js";
import {type ModelServer, startModelServer, withoutProbes} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "./support/project.js";

const servers: ModelServer[] = [];
const serve = async (answer?: string) => {
  const started = await startModelServer(answer === undefined ? {} : {answer: () => answer});
  servers.push(started);
  return started;
};
afterAll(() => Promise.all(servers.map((one) => one.close())));

it("asks a new judge behind an old name, and never shows what the old one said", async () => {
  const project = await wordsProject(await temporaryProject(), 12);
  const [model, kind, strict] = [await serve(), await serve("[[10]]"), await serve("[[1]]")];
  const run = async (judge: ModelServer, evalName: string) => {
    const rating = judgeRating({endpoint: server(judge.url, "judge"), model: "test-model", rubric: "good"});
    const definition = wordsEval(server(model.url), {scorers: {rating}});
    const {manifest} = await runEval(definition, {...project, evalName});
    const scores = await project.store.rows<{value: number}>(
      `select distinct value from scores where run = '${manifest!.id}'`
    );
    return {manifest: manifest!, values: scores.map(({value}) => value)};
  };
  const first = await run(kind, "words");
  expect(first.values).toEqual([1]);
  const calls = withoutProbes(kind.requests).length;
  // Both candidates say the same, and the judge is asked about it once.
  expect(calls).toBe(first.manifest.counts.scored / 2);

  const same = await run(kind, "again");
  expect(same.values).toEqual([1]);
  expect(withoutProbes(kind.requests).length).toBe(calls);

  const second = await run(strict, "words");
  expect(second.manifest.id).not.toBe(first.manifest.id);
  expect(second.values).toEqual([0]);
  expect(withoutProbes(strict.requests).length).toBe(calls);
  expect(second.manifest.counts.reused).toBe(second.manifest.counts.planned);
  expect(second.manifest.scorers[0]!.version).not.toBe(first.manifest.scorers[0]!.version);
  project.store.close();
});

it("closes what a judge holds open when the run ends, once where a candidate has the same endpoint", async () => {
  const project = await wordsProject(await temporaryProject(), 12);
  const {url} = await serve("[[10]]");
  const closed = {own: 0, shared: 0};
  const counted = (name: keyof typeof closed) => {
    const endpoint = server(url, name);
    return {...endpoint, close: async () => (closed[name]++, endpoint.close?.())};
  };
  const shared = counted("shared");
  const rating = (endpoint: typeof shared) => judgeRating({endpoint, model: "test-model", rubric: "good"});
  const scorers = {rating: rating(counted("own")), other: rating(shared)};
  await runEval(wordsEval(shared, {scorers}), {...project, evalName: "words"});
  expect(closed).toEqual({own: 1, shared: 1});
  project.store.close();
});

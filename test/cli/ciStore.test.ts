// @module-tag long
import {existsSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {github, gitlab, Machine} from "./support/ciJobs.js";

describe("the store of a CI job whose gate fails", () => {
  let model: ModelServer;
  let asked = 0;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["m"],
      behave: () => {
        asked++;
        return {text: "no"};
      }
    });
  });
  afterAll(() => model.close());

  const filesOf = (name: string) => ({
    "package.json": JSON.stringify({type: "module"}),
    "data-loaders/words.ts": `export default {name: "words", id: "id", text: "text", label: "label", sensitivity: "public",
  source: {kind: "rows", rows: () => Array.from({length: 20}, (_, i) => ({id: "w" + i, text: "${name} number " + i, label: "yes"}))}};`,
    "evals/words.eval.ts": `import {candidate, defineEval, exactMatch, openAICompatible} from ${JSON.stringify(compiled("bundle/index.js"))};
export default defineEval({dataset: "words", split: {strategy: "random", test: 0.5}, prompt: "{{text}}", expected: "label",
  candidates: [candidate("one", openAICompatible({name: "local", baseUrl: ${JSON.stringify(model.url)}, hosting: "on-prem", trust: "local"}), "m")],
  scorers: {exact: exactMatch}, gate: [{minScore: 0.9}]});`
  });

  it.each([
    ["GitHub", github],
    ["GitLab", gitlab]
  ])("is kept on %s, so that its answers are not paid for again", async (name, job) => {
    const machine = new Machine(filesOf(name));
    await machine.prepare();
    asked = 0;
    expect(await job(machine, 1)).toBe(false);
    expect(asked).toBe(10);
    expect(machine.caches.size).toBe(1);
    expect(await job(machine, 2)).toBe(false);
    expect(asked).toBe(10);
    const [kept] = [...machine.caches.values()].slice(-1);
    expect(existsSync(join(kept!, "runs"))).toBe(true);
  });
});

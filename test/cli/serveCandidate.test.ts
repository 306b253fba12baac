import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdirSync, writeFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {openAICompatible} from "../../src/inference/endpoints/index.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {assay, writeLoader} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";

const engine = JSON.stringify(compiled("bundle/index.js"));

let project: string;
let cheap: ModelServer;
let strong: ModelServer;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-serve-"));
  // Log probabilities come for what is easy only, and only when they are asked for.
  cheap = await startModelServer({
    answer: () => "cheap answer",
    behave: ({prompt}) => (prompt.includes("hard") ? {logprobs: false} : undefined)
  });
  strong = await startModelServer({answer: () => "strong answer"});
  const dataset = {
    name: "sums",
    id: "id",
    text: "question",
    sensitivity: "public" as const,
    source: {
      kind: "rows" as const,
      rows: () => [{id: "1", question: "a", answer: "b", part: "test"}],
      describe: {}
    }
  };
  await pull(await openWorkspace(project, `${project}/.assay`), defineDataset(dataset));
  writeLoader(project, "sums", `{name: "sums", source: {kind: "rows", rows: () => [], describe: {}}}`);
  mkdirSync(join(project, "evals"));
  writeFileSync(
    join(project, "evals", "sums.eval.ts"),
    `import {candidate, cascade, defineEval, normalizedMatch, openAICompatible} from ${engine};
     const at = (name, baseUrl, usd) => openAICompatible({name, baseUrl, hosting: "api", trust: "external",
       price: {inputUsdPerMillion: usd, outputUsdPerMillion: usd, asOf: "2026-01-01", source: "made up"}});
     const small = candidate("small", at("cheap", ${JSON.stringify(cheap.url)}, 100), "small-model", {params: {temperature: 0, max_tokens: 64}});
     const large = candidate("large", at("strong", ${JSON.stringify(strong.url)}, 1000), "large-model");
     export default defineEval({
       dataset: "sums", split: {name: "all", strategy: "given", column: "part"}, prompt: "{{question}}",
       expected: "answer", scorers: {exact: normalizedMatch()},
       candidates: [small, large, cascade("cheap first", [small, large], {signal: "logprobs", thresholds: [0.5]})]
     });`
  );
}, 60_000);
afterAll(async () => {
  await cheap.close();
  await strong.close();
  await rm(project, {recursive: true, force: true});
});

async function served(...targets: string[]) {
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "serve", ...targets, "--port", "0"], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  for await (const line of createInterface({input: child.stdout})) {
    const url = /http:\/\/\S+(?=\/v1)/.exec(line)?.[0];
    if (!url) continue;
    child.stdout.resume();
    return {
      url,
      said: () => said,
      async end() {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        return ((await ended) as [number])[0];
      }
    };
  }
  throw new Error(said);
}

it(
  "serves a cascade to an OpenAI client: the stages it needs, their tokens and what they cost together",
  {tags: ["long"], timeout: 60_000},
  async () => {
    const service = await served("sums:cheap first", "sums:small");
    try {
      const models = (await (await fetch(`${service.url}/v1/models`)).json()) as {data: {id: string}[]};
      expect(models.data.map(({id}) => id)).toEqual(["cheap first", "small"]);
      expect(service.said()).toContain(`trust "external"`);

      const ask = async (content: string, more: object = {}) => {
        const response = await fetch(`${service.url}/v1/chat/completions`, {
          method: "POST",
          headers: {"content-type": "application/json"},
          body: JSON.stringify({model: "cheap first", messages: [{role: "user", content}], ...more})
        });
        return (await response.json()) as {
          choices: {message: {content: string}; logprobs: unknown}[];
          usage: {total_tokens: number; cost_usd: number};
        };
      };
      // The server bills 12 + 3 tokens a call.
      const easy = await ask("an easy one", {logprobs: false});
      expect(easy.choices[0]).toMatchObject({message: {content: "cheap answer"}, logprobs: null});
      expect(easy.usage).toMatchObject({total_tokens: 15});
      expect(easy.usage.cost_usd).toBeCloseTo((15 * 100) / 1e6, 12);
      expect([cheap.requests.length, strong.requests.length]).toEqual([1, 0]);
      expect(cheap.requests[0]!.body).toMatchObject({model: "small-model", temperature: 0, logprobs: true});

      const hard = await ask("a hard one", {temperature: 0.5});
      expect(hard.choices[0]!.message.content).toBe("strong answer");
      expect(hard.usage).toMatchObject({total_tokens: 30});
      expect(hard.usage.cost_usd).toBeCloseTo((15 * 1100) / 1e6, 12);
      expect(strong.requests[0]!.body).toMatchObject({model: "large-model", temperature: 0.5});

      // Servers refuse a bound under both of its names.
      for (const model of ["small", "cheap first"]) {
        await ask("an easy one", {model, max_completion_tokens: 20});
        const {body} = cheap.requests.at(-1)!;
        expect(body).toMatchObject({max_tokens: 20});
        expect(body).not.toHaveProperty("max_completion_tokens");
      }

      // An endpoint of Assay is a client as well, streams included.
      for (const stream of [false, true]) {
        const client = openAICompatible({
          name: "served",
          baseUrl: service.url,
          hosting: "on-prem",
          trust: "local",
          stream
        });
        const answer = await client.complete({
          model: "cheap first",
          messages: [{role: "user", content: "hard"}]
        });
        expect(answer).toMatchObject({
          text: "strong answer",
          usage: {promptTokens: 24, completionTokens: 6, cachedTokens: 8}
        });
        await client.close!();
      }
    } finally {
      expect(await service.end()).toBe(0);
    }
  }
);

it("ends at a port that is taken, and names the option that chooses another", async () => {
  const {port} = new URL(cheap.url);
  const {code, stderr} = await assay(project, "serve", "sums:small", "--port", port);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `Port ${port} of 127.0.0.1 is taken. Stop its server or choose another with --port.`
  );
}, 60_000);

it(
  "takes a file of a hub's repository for that, and not for an eval's candidate",
  {tags: ["long"]},
  async () => {
    vi.stubEnv("HF_ENDPOINT", cheap.url);
    try {
      const {code, stderr} = await assay(project, "serve", "acme/tiny@main:tiny.q8_0.gguf", "--port", "0");
      expect(code).toBe(1);
      expect(stderr).toContain("acme/tiny");
      expect(stderr).not.toContain("no such eval");
    } finally {
      vi.unstubAllEnvs();
    }
  }
);

it("names the candidates there are when one is not", {tags: ["long"]}, async () => {
  const {code, stderr} = await assay(project, "serve", "sums:cheap frist", "--port", "0");
  expect(code).not.toBe(0);
  expect(stderr).toContain("sums:cheap first");
});

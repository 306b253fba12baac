import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, it} from "vitest";
import {stringify} from "yaml";
import {promptfooProvider} from "../../../src/evals/importedResults/tools/promptfoo/writeProvider.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {readProject} from "../../../src/evals/importedResults/projects/index.js";
import {candidate} from "../../../src/evals/runner/index.js";

type Options = Partial<Parameters<typeof openAICompatible>[0]>;
const written = (options: Options, settings: Parameters<typeof candidate>[3] = {}) =>
  promptfooProvider(
    candidate(
      "one",
      openAICompatible({
        name: "other",
        baseUrl: "https://llm.example.com/v1",
        hosting: "api",
        trust: "external",
        ...options
      }),
      "m/1",
      settings
    )
  );

/** What a configuration with the provider is read as. */
async function readBack({provider}: Awaited<ReturnType<typeof written>>) {
  const file = join(mkdtempSync(join(tmpdir(), "provider-")), "promptfooconfig.yaml");
  const tests = [{vars: {text: "a"}, assert: [{type: "equals", value: "b"}]}];
  writeFileSync(file, stringify({prompts: ["{{text}}"], providers: [provider], tests}));
  return readProject([file], () => "tickets");
}

it("names the variable of the endpoint's key, and what else is sent there as not taken over", async () => {
  process.env.OTHER_KEY = "sk-other-secret";
  process.env.TENANT = "tenant-secret";
  const found = await written(
    {
      apiKeyEnv: "OTHER_KEY",
      headersEnv: {"x-tenant": "TENANT"},
      query: {"api-version": "2024-10-21", key: "query-secret"}
    },
    {params: {max_tokens: 5}, tools: [{type: "function", function: {name: "look"}}]}
  );
  expect(found.provider!.config).toMatchObject({
    apiBaseUrl: "https://llm.example.com/v1",
    apiKeyEnvar: "OTHER_KEY",
    max_tokens: 5
  });
  expect(found.dropped).toEqual([
    "candidate one: header x-tenant (from TENANT), query parameter api-version, query parameter key, tools"
  ]);
  expect(JSON.stringify(found)).not.toContain("secret");
  expect((await readBack(found)).candidates[0]!.reach).toMatchObject({apiKeyEnv: "OTHER_KEY"});
});

it("lets no key of another provider go to a server that takes none", async () => {
  const found = await written({});
  expect(found).toMatchObject({provider: {config: {apiKey: "none"}}, dropped: []});
  const {candidates, dropped} = await readBack(found);
  expect(candidates[0]!.reach!.apiKeyEnv).toBeUndefined();
  expect(dropped).toEqual([]);
});

it("keeps an address without a version, with the model's name in it", async () => {
  const {provider} = await written({baseUrl: "https://x.openai.azure.com/openai/deployments/{model}"});
  expect(provider!.config["apiBaseUrl"]).toBe("https://x.openai.azure.com/openai/deployments/m%2F1");
});

import {describe, expect, it} from "vitest";
import {finetuned} from "../../src/evals/candidates/index.js";
import {byteTokenizer, finetune} from "../../src/training/finetunes/index.js";
import {defineEval, runEval} from "../../src/evals/runner/index.js";
import {openStore, readRuns, type Workspace} from "../../src/base/store/index.js";
import {checkout, pullAndRun, routing, server, setUpCheckouts, shared} from "./support/sharedCheckouts.js";

const scratch = finetune({
  ...shared,
  name: "router",
  method: "full",
  base: {
    tokenizer: byteTokenizer(),
    config: {
      model_type: "llama",
      architectures: ["LlamaForCausalLM"],
      hidden_size: 32,
      intermediate_size: 64,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      max_position_embeddings: 64,
      tie_word_embeddings: true,
      bos_token_id: 0,
      eos_token_id: 0
    }
  }
});
const adapter = finetune({...shared, name: "router-lora", base: scratch, method: "lora", lora: {rank: 2}});

/** Asks the adapter, which is trained where the store does not have it, with the version and split that the store has. */
async function askRouter(workspace: Workspace, prompt: string) {
  const store = await openStore(workspace);
  try {
    const version = (await store.latestVersion("tickets"))!;
    const split = (await store.splits("tickets")).find((one) => one.version === version.id)!;
    const candidates = [
      finetuned("router", adapter, {params: {max_tokens: 3}, contextTokens: 64, threads: 1})
    ];
    const definition = defineEval({...routing, candidates, prompt});
    const inputs = {store, version, split, evalName: "router"};
    const {manifest, calls} = await runEval(definition, inputs);
    return {calls, manifest: manifest!};
  } finally {
    store.close();
  }
}

setUpCheckouts();

describe.skipIf(!server)("a store that two machines share", () => {
  it("trains on one machine from the split of another, which asks the adapter from the bucket", async () => {
    const [desk, gpu] = [await checkout(), await checkout()];
    await pullAndRun(desk);
    server!.requests.length = 0;
    const there = await askRouter(gpu, "{{text}}");
    expect(there).toMatchObject({manifest: {status: "complete"}});
    const written = server!.requests.filter((one) => one.startsWith("PUT ") && !one.includes("/locks/"));
    expect(written.filter((one) => /\/(datasets|splits)\//.test(one))).toEqual([]);
    expect(written.some((one) => one.includes("adapter_model.safetensors"))).toBe(true);

    server!.requests.length = 0;
    expect((await askRouter(desk, "{{text}}")).calls).toBe(0);
    const here = await askRouter(desk, "Where to? {{text}}");
    expect(here.calls).toBe(here.manifest.counts.planned);
    expect(here.manifest.candidates[0]!.modelId).toBe(there.manifest.candidates[0]!.modelId);
    expect(server!.requests.filter((one) => /^PUT .*safetensors/.test(one))).toEqual([]);
  });

  it("knows on one which run the other last asked for", async () => {
    const [here, there] = [await checkout(), await checkout()];
    const {manifest: first} = await pullAndRun(here, "One: {{text}}");
    const {manifest: second} = await pullAndRun(there, "Two: {{text}}");
    const newest = async (workspace: Workspace) => (await readRuns(workspace)).at(-1)!;
    expect((await newest(here)).id).toBe(second.id);
    const {manifest: again, calls} = await pullAndRun(here, "One: {{text}}");
    expect([again.id, calls]).toEqual([first.id, 0]);
    expect(await newest(there)).toEqual({...first, askedAt: again.askedAt});
    expect(again.askedAt! > second.startedAt).toBe(true);
  });
});

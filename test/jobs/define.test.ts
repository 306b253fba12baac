import {describe, expect, it} from "vitest";
import {job, type JobDefinition} from "../../src/jobs/index.js";

const sound: JobDefinition = {
  dataset: "questions",
  split: {strategy: "random", test: 0.2, validation: 0.1},
  base: "base-model",
  format: "prompt",
  on: {service: "openai", trust: "external"}
};

describe("a job's definition", () => {
  it("is refused with every setting that would have no effect, at once", () => {
    expect(job({...sound, method: "lora", lora: {rank: 8}, part: "validation"}).definition.lora).toEqual({
      rank: 8
    });
    expect(job({...sound, format: "preference", preference: {beta: 0.2}}).definition.format).toBe(
      "preference"
    );
    const wrong = () =>
      job({
        ...sound,
        method: "full",
        lora: {rank: 8},
        preference: {beta: 0.2},
        part: "validation",
        validation: "validation"
      });
    expect(wrong).toThrow(/lora.* goes with method "lora"/);
    expect(wrong).toThrow(/preference.* goes with format "preference"/);
    expect(wrong).toThrow(/validation.* must be another part/);
  });

  it.each([
    ["more.api_key", {api_key: "sk-1"}],
    ["more.wandb.api_key", {wandb: {api_key: "sk-1"}}],
    ["more.callbacks[0].hub_token", {callbacks: [{hub_token: "hf_1"}]}],
    ["more.secrets", {secrets: {WANDB: "x"}}]
  ])("is refused with a secret in %s", (path, more) => {
    const named = path.replace(/[.[\]]/g, "\\$&");
    expect(() => job({...sound, more})).toThrow(
      new RegExp(`\`${named}\` looks like a secret, and is stored`)
    );
  });

  it("may name the tokens of a tokenizer, and switches", () => {
    const more = {
      eos_token: "<|im_end|>",
      special_tokens: {pad_token: "<pad>"},
      use_auth_token: true,
      hub_token: null
    };
    expect(job({...sound, more}).definition.more).toEqual(more);
  });
});

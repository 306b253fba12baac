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
});

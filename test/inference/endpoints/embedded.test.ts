import {describe, expect, it} from "vitest";
import {embedded} from "../../../src/inference/endpoints/embedded.js";
import {wordCount} from "../../../src/inference/endpoints/predictionAnswer.js";
import {keywordModel} from "../../support/keywordModel.js";

const ask = (content: string) => ({model: "m", messages: [{role: "user" as const, content}]});

describe("embedded", () => {
  it("answers with the label, its probabilities and the words counted as tokens", async () => {
    const model = keywordModel(["ham", "spam"]);
    const endpoint = embedded({name: "here", load: async () => model});
    const {latencyMs, ...answer} = await endpoint.complete({
      model: "m",
      messages: [
        {role: "system", content: "Classify the mail."},
        {role: "user", content: "this is ham"},
        {role: "assistant", content: "ham"},
        {role: "user", content: "spam spam  for\nyou"}
      ]
    });
    const spam = -Math.log(1 + Math.exp(-2));
    expect(answer).toMatchObject({
      text: "spam",
      finishReason: "stop",
      usage: {promptTokens: 3 + 3 + 1 + 4, completionTokens: 1},
      attempts: 1,
      servedModel: "keywords",
      fingerprint: model.manifest.id
    });
    expect(answer.logprobs).toHaveLength(1);
    expect(answer.logprobs![0]!.token).toBe("spam");
    expect(answer.logprobs![0]!.logprob).toBeCloseTo(spam, 12);
    expect(answer.logprobs![0]!.top!.map(({token}) => token)).toEqual(["spam", "ham"]);
    const total = answer.logprobs![0]!.top!.reduce((sum, {logprob}) => sum + Math.exp(logprob), 0);
    expect(total).toBeCloseTo(1, 12);
    expect(latencyMs).toBeGreaterThanOrEqual(0);
    expect(answer).not.toHaveProperty("costUsd");
  });

  it("costs what its price says of the model, and nothing is known of a model without one", async () => {
    const price = {inputUsdPerMillion: 2, outputUsdPerMillion: 10, source: "ours", asOf: "2026-01-01"};
    const load = () => Promise.resolve(keywordModel(["ham", "spam"]));
    const flat = embedded({name: "here", load, price});
    // Three words in, a label out.
    expect((await flat.complete(ask("this is ham"))).costUsd).toBeCloseTo((3 * 2 + 10) / 1e6, 15);
    const each = embedded({name: "here", load, price: (model) => (model === "m" ? price : undefined)});
    expect((await each.complete(ask("this is ham"))).costUsd).toBeCloseTo((3 * 2 + 10) / 1e6, 15);
    const unpriced = await each.complete({...ask("this is ham"), model: "other"});
    expect(unpriced).not.toHaveProperty("costUsd");
  });

  it("keeps as many alternatives as top_logprobs asks for, and none when logprobs is false", async () => {
    const endpoint = embedded({name: "here", load: async () => keywordModel(["a", "b", "c"])});
    const two = await endpoint.complete({...ask("b"), params: {logprobs: true, top_logprobs: 2}});
    expect(two.logprobs![0]!.top).toHaveLength(2);
    expect(await endpoint.complete({...ask("b"), params: {logprobs: false}})).not.toHaveProperty("logprobs");
  });

  it("puts concurrent calls into few predictions and gives each caller its own answer", async () => {
    const model = keywordModel(["even", "odd"], {delayMs: 5});
    const endpoint = embedded({name: "here", load: async () => model, maxBatch: 32});
    const rows = Array.from({length: 200}, (_, i) => (i % 2 ? "odd" : "even"));
    const answers = await Promise.all(rows.map((row) => endpoint.complete(ask(row))));
    expect(answers.map(({text}) => text)).toEqual(rows);
    expect(model.batches.reduce((a, b) => a + b)).toBe(200);
    expect(Math.max(...model.batches)).toBe(32);
    expect(model.batches.length).toBeLessThanOrEqual(8);
  });

  it("loads a model once, on first use, and identifies it by its weights", async () => {
    let loads = 0;
    const model = keywordModel(["a"]);
    const endpoint = embedded({name: "here", load: async () => (loads++, model)});
    expect(loads).toBe(0);
    await Promise.all([endpoint.complete(ask("a")), endpoint.complete(ask("a")), endpoint.identity("m")]);
    expect(loads).toBe(1);
    expect(await endpoint.identity("m")).toEqual({weights: model.manifest.id});
    await endpoint.close!();
    expect(model.closed).toBe(true);
  });

  it("says which model could not be loaded, and tries again at the next call", async () => {
    let there = false;
    const endpoint = embedded({
      name: "here",
      load: async () => {
        if (!there) throw new Error("no such folder");
        return keywordModel(["a"]);
      }
    });
    await expect(endpoint.complete(ask("a"))).rejects.toMatchObject({
      kind: "server",
      message: "here: the model m could not be loaded: no such folder"
    });
    expect(await endpoint.preflight!("m", {})).toMatchObject([{check: "model", status: "error"}]);
    there = true;
    expect((await endpoint.complete(ask("a"))).text).toBe("a");
  });

  it("a prediction that fails fails its callers only, and its text is in no message", async () => {
    const model = keywordModel(["a"]);
    const predict = model.predict.bind(model);
    const endpoint = embedded({
      name: "here",
      load: async () => ({
        ...model,
        predict: (texts) =>
          texts.includes("secret words") ? Promise.reject(new Error("out of memory")) : predict(texts)
      })
    });
    const error = await endpoint.complete(ask("secret words")).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({kind: "server"});
    expect((error as Error).message).not.toContain("secret");
    expect((await endpoint.complete(ask("a"))).text).toBe("a");
  });

  it("refuses a conversation without a user message, and tells preflight that it calls no tools", async () => {
    const endpoint = embedded({name: "here", load: async () => keywordModel(["a"])});
    await expect(
      endpoint.complete({model: "m", messages: [{role: "system", content: "x"}]})
    ).rejects.toMatchObject({
      kind: "bad-request"
    });
    expect(await endpoint.preflight!("m", {tools: true, logprobs: true})).toMatchObject([
      {check: "reachable", status: "ok"},
      {check: "model", status: "ok"},
      {check: "tools", status: "error"}
    ]);
  });
});

describe("countWords", () => {
  it("counts runs between white space; an empty text has none", () => {
    expect(wordCount("")).toBe(0);
    expect(wordCount("  ")).toBe(0);
    expect(wordCount(" one  two\n\tthree ")).toBe(3);
  });
});

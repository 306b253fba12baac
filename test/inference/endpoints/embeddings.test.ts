import {describe, expect, it, onTestFinished} from "vitest";
import {embeddingEndpoint} from "../../../src/inference/endpoints/embeddings.js";
import {embeddingRequest, unpackVectors} from "../../../src/inference/endpoints/vectors.js";
import {answeringServer} from "./support/answering.js";

/** What an endpoint makes of a server's answer to texts. */
async function answerTo(body: object, texts = ["a text"]) {
  const {port} = await answeringServer((_request, response) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(body))
  );
  const endpoint = embeddingEndpoint({
    name: "vectors",
    baseUrl: `http://127.0.0.1:${port}`,
    hosting: "api",
    trust: "external",
    retries: 0,
    price: {inputUsdPerMillion: 1, outputUsdPerMillion: 0, asOf: "2026-01-01", source: "a test"}
  });
  onTestFinished(() => endpoint.close!());
  return endpoint.complete(embeddingRequest("m", texts));
}

const data = [{object: "embedding", index: 0, embedding: [1, 2]}];

describe("an endpoint of embeddings", () => {
  it("takes usage that states the total alone", async () => {
    const {usage, costUsd, text} = await answerTo({data, usage: {total_tokens: 4}});
    expect(usage).toEqual({promptTokens: 4, completionTokens: 0});
    expect(costUsd).toBeCloseTo(4e-6, 12);
    expect([...unpackVectors(text)[0]!]).toEqual([1, 2]);
  });

  it("keeps the usage that a reply without vectors states", async () => {
    await expect(answerTo({data: [], usage: {prompt_tokens: 4}})).rejects.toMatchObject({
      detail: {spent: {usage: {promptTokens: 4, completionTokens: 0}}, mayBeBilled: false}
    });
  });

  it("knows no usage and no cost where the server counts nothing, or says what is no count", async () => {
    for (const usage of [
      undefined,
      null,
      {prompt_tokens: 0, total_tokens: 0},
      {prompt_tokens: "4"},
      {},
      4,
      []
    ]) {
      const answer = await answerTo({data, usage});
      expect([answer.usage, answer.costUsd], JSON.stringify(usage)).toEqual([undefined, undefined]);
    }
  });

  it("says what the server said where an answer of 200 is an error", async () => {
    await expect(answerTo({error: {code: 429, message: "upstream is busy"}})).rejects.toMatchObject({
      kind: "rate-limit",
      message: expect.stringMatching(/429: upstream is busy/) as string
    });
    await expect(answerTo({data: [], error: null})).rejects.toThrow(/0 vectors for 1 texts/);
  });

  it("takes vectors in any order, and none that are numbered otherwise or differ in length", async () => {
    const texts = ["a", "b", "c"];
    const vectors = (...places: (number | undefined)[]) => ({
      data: places.map((index, i) => ({index, embedding: [i, 0]}))
    });
    const {text} = await answerTo(vectors(2, 0, 1), texts);
    expect(unpackVectors(text).map(([first]) => first)).toEqual([1, 2, 0]);
    await answerTo(vectors(undefined, undefined, undefined), texts);
    await expect(answerTo(vectors(0, 0, 7), texts)).rejects.toThrow(/numbered 0, 0, 7, not 0 to 2/);
    const uneven = {data: [[1, 2], [1, 2], [1]].map((embedding, index) => ({index, embedding}))};
    await expect(answerTo(uneven, texts)).rejects.toThrow(/differ in length: 2 and 1 numbers/);
  });
});

import {describe, expect, it, onTestFinished} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import type {AttemptOutcome} from "../../../src/inference/endpoints/types.js";
import {answeringServer} from "./support/answering.js";

const usage = {prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500};
const answered = {choices: [{finish_reason: "stop", message: {content: "yes"}}], usage};
const empty = {choices: [], usage};
/** 1,000 prompt and 500 completion tokens. */
const EACH = 0.006;

/** What a call comes to whose attempts are answered so, one after the other. */
async function callOf(replies: readonly object[], {stream = false} = {}) {
  let n = 0;
  const {port} = await answeringServer((_request, response) => {
    const reply = replies[Math.min(n++, replies.length - 1)]!;
    if (!stream) return response.setHeader("content-type", "application/json").end(JSON.stringify(reply));
    return response
      .setHeader("content-type", "text/event-stream")
      .end(`data: ${JSON.stringify(reply)}\n\ndata: [DONE]\n\n`);
  });
  const endpoint = openAICompatible({
    name: "server",
    baseUrl: `http://127.0.0.1:${port}`,
    hosting: "api",
    trust: "local",
    stream,
    retries: {retries: 1, baseDelayMs: 0},
    price: {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-01-01", source: "a test"}
  });
  onTestFinished(() => endpoint.close!());
  const told: AttemptOutcome[] = [];
  const call = endpoint.complete(
    {model: "m", messages: [{role: "user", content: "?"}]},
    {attempts: {onAttempt: (one) => void told.push(one)}}
  );
  return {call, told};
}

describe("what a call took", () => {
  it("counts replies that state their usage and hold no completion, over all attempts of a call that fails", async () => {
    const {call, told} = await callOf([empty]);
    await expect(call).rejects.toMatchObject({
      kind: "malformed",
      detail: {
        attempts: 2,
        mayBeBilled: false,
        spent: {usage: {promptTokens: 2000, completionTokens: 1000}, costUsd: 2 * EACH}
      }
    });
    expect(told.map(({spent}) => spent?.usage?.promptTokens)).toEqual([1000, 1000]);
  });

  it("counts the attempts before the one that is answered", async () => {
    const {call} = await callOf([empty, answered]);
    const {usage, costUsd, attempts} = await call;
    expect({usage, attempts}).toEqual({usage: {promptTokens: 2000, completionTokens: 1000}, attempts: 2});
    expect(costUsd).toBeCloseTo(2 * EACH, 12);
  });

  it("counts a reply that its provider broke off, and one whose stream has no end", async () => {
    const broken = {choices: [{error: {message: "the provider broke off"}, message: {content: "y"}}], usage};
    await expect((await callOf([broken])).call).rejects.toMatchObject({
      detail: {spent: {usage: {promptTokens: 2000}}}
    });
    const endless = {choices: [{delta: {content: "y"}}], usage};
    await expect((await callOf([endless], {stream: true})).call).rejects.toMatchObject({
      kind: "truncated-stream",
      detail: {spent: {usage: {promptTokens: 2000}}}
    });
  });

  it("says nothing of what a reply took that states no usage", async () => {
    const {call} = await callOf([{choices: []}]);
    const error = (await call.catch((thrown: unknown) => thrown)) as {detail: object};
    expect(error.detail).not.toHaveProperty("spent");
  });
});

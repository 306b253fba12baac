import {expect, it} from "vitest";
import {callPrices} from "../../../src/runner/calls/callPrices.js";
import {createOpenCalls} from "../../../src/runner/calls/openCalls.js";
import type {Call} from "../../../src/runner/calls/planned.js";
import type {ReadyCandidate} from "../../../src/runner/plan/readyCandidates.js";
import {server} from "../support/project.js";

it("a call whose key is open is refused: its outcome would end the other, and its own reservation never", async () => {
  const ready = {
    candidate: {name: "one"},
    prepared: {endpoint: server("http://127.0.0.1:1"), model: "m"},
    record: {name: "one"}
  } as unknown as ReadyCandidate;
  const open = createOpenCalls([ready], callPrices([], "2026-01-01"), undefined);
  const call = (n: number): Call => ({
    n,
    candidate: 0,
    repeat: 0,
    key: "k",
    rowId: `w${n}`,
    row: {id: `w${n}`},
    messages: [{role: "user", content: "say red"}],
    tokens: 2
  });
  await open.request(call(0));
  await expect(open.request(call(1))).rejects.toThrow("two equal calls at once: requests 0 and 1");
  expect(open.ended([{key: "k", error: {kind: "aborted", message: ""}}])).toHaveLength(1);
  expect(await open.request(call(1))).toMatchObject({key: "k"});
});

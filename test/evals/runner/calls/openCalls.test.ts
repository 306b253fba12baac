import {expect, it} from "vitest";
import {callPrices} from "../../../../src/evals/runner/calls/callPrices.js";
import {createOpenCalls} from "../../../../src/evals/runner/calls/openCalls.js";
import type {Call} from "../../../../src/evals/runner/calls/planned.js";
import {keepBudget} from "../../../../src/evals/runner/calls/keepBudget.js";
import type {ReadyCandidate} from "../../../../src/evals/runner/plan/readyCandidates.js";
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
  expect(() => open.request(call(1))).toThrow("two equal calls at once: requests 0 and 1");
  expect(open.ended([{key: "k", error: {kind: "aborted", message: ""}}])).toHaveLength(1);
  expect(await open.request(call(1))).toMatchObject({key: "k"});
});

it("a call that is postponed gives back what the budget held for it, and comes again after the others", async () => {
  const price = {inputUsdPerMillion: 0, outputUsdPerMillion: 1e5, asOf: "2026-01-01", source: "test"};
  const ready = {
    candidate: {name: "one", params: {max_tokens: 10}},
    prepared: {endpoint: server("http://127.0.0.1:1", "local", {price}), model: "m"},
    record: {name: "one"}
  } as unknown as ReadyCandidate;
  // One call costs a dollar at most: two do not fit at once.
  const spending = keepBudget(1.5);
  const open = createOpenCalls([ready], callPrices([], "2026-01-01"), spending);
  const call = (key: string): Call => ({
    n: 0,
    candidate: 0,
    repeat: 0,
    key,
    rowId: key,
    row: {id: key},
    messages: [{role: "user", content: key}],
    tokens: 2
  });
  expect(await open.request(call("a"))).toMatchObject({worstCaseUsd: expect.closeTo(1, 9) as number});
  const second = open.request(call("b"));
  const error = {kind: "rate-limit", message: "too many"} as const;
  open.ended([{key: "a", error, postponed: true}]);
  expect(await second).toMatchObject({key: "b"});
  const later = open.postponed();
  const third = later.next();
  open.ended([{key: "b", error: {kind: "bad-request", message: "no"}}]);
  expect((await third).value).toMatchObject({key: "a"});
  expect(spending.spentUsd).toBe(0);
  open.stop();
  expect((await later.next()).done).toBe(true);
});

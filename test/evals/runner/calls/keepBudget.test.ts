import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openWorkspace} from "../../../../src/base/store/index.js";
import {cascade} from "../../../../src/evals/candidates/index.js";
import {connectionError} from "../../../../src/inference/endpoints/connectionError.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import type {EndpointErrorKind} from "../../../../src/inference/endpoints/types.js";
import {candidate} from "../../../../src/evals/runner/index.js";
import type {CallError, CallRequest} from "../../../../src/evals/runner/calls/executor.js";
import {openDayLedger} from "../../../../src/evals/runner/calls/dayLedger.js";
import {keepBudget} from "../../../../src/evals/runner/calls/keepBudget.js";
import {type Behaviour, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {callError, mayBeBilled} from "../../../../src/evals/runner/calls/callErrors.js";

const request = (n: number, worstCaseUsd = 0.005) =>
  ({key: `k${n}`, candidate: "c", worstCaseUsd}) as unknown as CallRequest;

describe("a budget", () => {
  /** Attempts that a budget of two allows when all fail in the same way; 100 when it does not count them. */
  async function attempts(failed: {kind: EndpointErrorKind; mayBeBilled?: boolean}): Promise<number> {
    const spending = keepBudget(0.01);
    for (let n = 0, made = 0; ; n++) {
      if (made >= 100 || !(await spending.reserve(request(n)))) return made;
      made++;
      for (let attempt = 1; attempt < 5; attempt++, made++)
        if (!spending.reserveAgain(request(n), {attempt, latencyMs: 1, ...failed})) break;
      spending.settle({key: `k${n}`, error: {message: "", ...failed}});
    }
  }

  it("counts every attempt that a server may have worked on, retries too", async () => {
    for (const kind of ["connection", "server", "timeout", "truncated-stream", "malformed"] as const)
      expect(await attempts({kind}), kind).toBe(2);
  });

  it("counts nothing that no server has worked on", async () => {
    for (const kind of ["rate-limit", "auth", "bad-request"] as const)
      expect(await attempts({kind}), kind).toBe(100);
    expect(await attempts({kind: "connection", mayBeBilled: false})).toBe(100);
  });
});

describe("a budget within a project's day", () => {
  it("asks for its share again when that was given back while a call waited to be set aside", async () => {
    const project = await temporaryProject();
    await writeFile(join(project, "assay.json"), JSON.stringify({budget: {usdPerDay: 1}}));
    const ledger = (await openDayLedger(await openWorkspace(project), "a run"))!;
    const keeper = keepBudget(Infinity, {limitUsd: Infinity, spentUsd: 0, ledger});
    await keeper.reserve(request(1, 0.05));
    await keeper.reserve(request(2, 0.5));
    keeper.settle({key: "k2", costUsd: 0.45});
    const last = keeper.reserve(request(3, 0.04));
    // Leaves more than four fiftieths of the day unused, and no call in flight.
    keeper.settle({key: "k1", costUsd: 0});
    expect(await last).toBe(true);
    expect(ledger.grantedUsd).toBeGreaterThanOrEqual(0.49);
    await ledger.end(keeper.spentUsd);
  });
});

describe("what a failed call may have cost", () => {
  async function isBilled(baseUrl: string): Promise<boolean> {
    const endpoint = openAICompatible({name: "x", baseUrl, hosting: "api", trust: "local", retries: 0});
    try {
      await endpoint.complete({model: "m", messages: [{role: "user", content: "hello"}]});
      throw new Error("it was answered");
    } catch (error) {
      return mayBeBilled(callError(error));
    } finally {
      await endpoint.close!();
    }
  }
  async function answered(behaviour: Behaviour): Promise<boolean> {
    const server = await startModelServer({behave: () => behaviour});
    try {
      return await isBilled(server.url);
    } finally {
      await server.close();
    }
  }

  it("is something when the request was read and the connection dropped, or the server failed", async () => {
    expect(await answered({drop: "before"})).toBe(true);
    expect(await answered({drop: "middle"})).toBe(true);
    for (const status of [408, 500, 502, 504]) expect(await answered({status}), `${status}`).toBe(true);
    expect(await answered({body: {error: {message: "no"}}})).toBe(true);
  });

  it("is nothing when the server says no", async () => {
    for (const status of [400, 401, 404, 409, 425, 429, 503, 529])
      expect(await answered({status}), `${status}`).toBe(false);
  });

  it("is nothing when there was no connection", async () => {
    const server = await startModelServer();
    await server.close();
    expect(await isBilled(server.url)).toBe(false);
    expect(await isBilled("http://no-such-host.invalid")).toBe(false);
    const failed = (code: string) => callError(connectionError({cause: {code}}, "https://here"));
    for (const code of ["UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"])
      expect(mayBeBilled(failed(code)), code).toBe(false);
    for (const code of ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"])
      expect(mayBeBilled(failed(code)), code).toBe(true);
  });

  it("is something when a cascade's first model answered or may have, and its last said no", async () => {
    const first = await startModelServer({behave: ({prompt}) => (prompt === "drop" ? {drop: "before"} : {})});
    const last = await startModelServer({behave: () => ({status: 400})});
    const one = (name: string, baseUrl: string) =>
      candidate(name, openAICompatible({name, baseUrl, hosting: "api", trust: "local", retries: 0}), "m");
    const {endpoint, close} = await cascade("both", [one("first", first.url), one("last", last.url)], {
      signal: "length",
      thresholds: [0]
    }).prepare({} as never);
    const ask = (content: string, beforeRetry?: () => Promise<void>) =>
      endpoint
        .complete({model: "both", messages: [{role: "user", content}]}, {attempts: {beforeRetry}})
        .catch(callError);
    try {
      const failed = await ask("hello");
      expect(failed).toMatchObject({kind: "bad-request", spent: {usage: {promptTokens: 12}}});
      for (const [costUsd, spentUsd] of [
        [0.1, 0.1],
        [undefined, 0.5]
      ]) {
        const spending = keepBudget(1);
        await spending.reserve({key: "one", candidate: "both", worstCaseUsd: 0.5} as CallRequest);
        spending.settle({key: "one", error: failed as CallError, costUsd});
        expect(spending.spentUsd).toBe(spentUsd);
      }
      let told = 0;
      expect(await ask("drop", async () => void told++)).toMatchObject({spent: undefined});
      expect(told).toBe(1);
    } finally {
      await close!();
      await Promise.all([first.close(), last.close()]);
    }
  });
});

import {type AddressInfo, connect, createServer, type Socket} from "node:net";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {listen} from "../../../src/inference/endpoints/index.js";
import {RetryDecisions} from "../../../src/evals/queue/coordinator/retryDecisions.js";
import {
  createSealing,
  openQueueLink,
  queueAddress,
  queueExecutor,
  startWorker
} from "../../../src/evals/queue/index.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {server, wordsEval, wordsProject} from "../runner/support/project.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe("decisions on retries", () => {
  it("are the same for a question that is asked again, and decided once", async () => {
    const given: [string, boolean][] = [];
    const decisions = new RetryDecisions(async (...answer) => void given.push(answer));
    let decided = 0;
    const decide = async () => ++decided === 1;
    await decisions.answer("one", decide);
    await decisions.answer("one", decide);
    await decisions.answer("two", decide);
    expect(given).toEqual([
      ["one", true],
      ["one", true],
      ["two", false]
    ]);
  });

  it("are given again when the server took none, and fail when nothing can be decided", async () => {
    const decisions = new RetryDecisions(() => Promise.reject(new Error("OOM")));
    await decisions.answer("one", async () => true);
    await expect(decisions.answer("two", () => Promise.reject(new Error("no budget")))).rejects.toThrow(
      "no budget"
    );
  });
});

describe.skipIf(!hasValkey())("a question whose coordinator never received it", () => {
  let valkey: Valkey;
  beforeAll(async () => {
    valkey = await startValkey();
  });
  afterAll(() => valkey.close());

  it("is asked again, and the run goes on", {tags: ["long"]}, async () => {
    const model = await startModelServer({
      behave: ({prompt}, seen) => (prompt.startsWith("item 1 ") && seen === 0 ? {status: 500} : undefined)
    });
    const project = await wordsProject(await temporaryProject(), 20, 0.9);
    const endpoint = server(model.url, "paid", {
      price: {inputUsdPerMillion: 1, outputUsdPerMillion: 1, asOf: "2026-11-01", source: "a list"}
    });
    const worker = await startWorker(queueAddress(valkey.url), {
      reached: [{endpoint, model: "test-model"}],
      concurrency: 4,
      sealing: createSealing(undefined)
    });
    const thief = await startThief(valkey.url);
    const link = await openQueueLink(queueAddress(`redis://127.0.0.1:${thief.port}`));
    const definition = wordsEval(endpoint, {
      candidates: [candidate("one", endpoint, "test-model", {params: {max_tokens: 8}})]
    });
    const {manifest, calls} = await runEval(definition, {
      ...project,
      evalName: "words",
      createExecutor: queueExecutor(link, new Set([endpoint])),
      options: {preflight: false, budgetUsd: 1}
    });
    link.close();
    await Promise.all([worker.close(), thief.close(), model.close()]);
    project.store.close();
    expect(thief.stolen).toBe(1);
    expect(manifest!.status).toBe("complete");
    expect(model.requests.length).toBe(calls + 1);
  });
});

/** A way to the server on which the connection that brings the first question dies before it does. */
async function startThief(url: string) {
  let stolen = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(new URL(url).port), "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => [near, far].forEach((one) => one.destroy()));
    }
    near.on("data", (data) => far.write(data));
    far.on("data", (data) => {
      if (stolen > 0 || !data.includes('"mayRetry"')) return void near.write(data);
      stolen++;
      near.destroy();
    });
  });
  await listen(proxy, {port: 0, host: "127.0.0.1"});
  return {
    port: (proxy.address() as AddressInfo).port,
    get stolen() {
      return stolen;
    },
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    }
  };
}

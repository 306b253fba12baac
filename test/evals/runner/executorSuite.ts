import {setTimeout as sleep} from "node:timers/promises";
import {afterEach, describe, expect, it} from "vitest";
import type {Endpoint} from "../../../src/inference/endpoints/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/openAICompatible.js";
import type {
  CallOutcome,
  CallRequest,
  ExecuteOptions,
  Executor,
  ExecutorSetup
} from "../../../src/evals/runner/calls/executor.js";
import {type ModelServer, type ModelServerOptions, startModelServer} from "../../support/modelServer.js";

/** An executor under test, and how to be rid of it. */
export interface ExecutorUnderTest {
  executor: Executor;
  close?(): Promise<void>;
}

/** Milliseconds in which nothing more may happen. */
const QUIET_MS = 150;

/** What every executor must do, whoever makes its calls: against a real server on loopback. */
export function describeExecutor(
  name: string,
  create: (setup: ExecutorSetup) => Promise<ExecutorUnderTest>
): void {
  describe(name, () => {
    const closing: (() => Promise<void> | undefined)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });
    const start = async (
      options: ModelServerOptions = {},
      settings: {
        concurrency?: number;
        outage?: ExecutorSetup["outage"];
        endpoint?: Partial<Parameters<typeof openAICompatible>[0]>;
      } = {}
    ) => {
      const server = await startModelServer(options);
      const endpoint = endpointOf(server, settings.endpoint);
      const endpoints = new Map([["one", endpoint]]);
      const {executor, close} = await create({
        endpoints,
        concurrency: settings.concurrency ?? 4,
        outage: settings.outage
      });
      closing.push(
        () => server.close(),
        () => endpoint.close?.(),
        () => close?.()
      );
      return {server, executor};
    };

    it("ends every request of the stream once, in whatever order", async () => {
      const {server, executor} = await start({latencyMs: 3});
      const ended = await all(executor, requests(60));
      expect(keysOf(ended)).toEqual(new Set(requests(60).map(({key}) => key)));
      for (const {key, completion} of ended) expect(completion!.text).toBe(key);
      expect(server.requests.length).toBe(60);
    });

    it("ends at once without requests", async () => {
      const {executor} = await start();
      expect(await all(executor, [])).toEqual([]);
    });

    it("sends all that a request carries, and brings back all that an answer says", async () => {
      const {server, executor} = await start();
      const tools = [{type: "function" as const, function: {name: "look", parameters: {type: "object"}}}];
      const messages = [
        {role: "system" as const, content: "Be short."},
        {role: "user" as const, content: "which"}
      ];
      const params = {temperature: 0, max_tokens: 7};
      const [ended] = await all(executor, [{...requests(1)[0]!, messages, params, tools}]);
      expect(server.requests[0]!.body).toMatchObject({model: "test-model", messages, tools, ...params});
      expect(ended!.completion).toMatchObject({
        text: "which",
        finishReason: "stop",
        usage: {promptTokens: 12, completionTokens: 3, cachedTokens: 4},
        attempts: 1,
        fingerprint: "fp_test"
      });
    });

    it("retries by the endpoint's policy, and tells a call's failure by its kind", async () => {
      const {server, executor} = await start({
        behave: ({prompt}, seen) =>
          prompt === "k0" || (prompt === "k1" && seen === 0) ? {status: 500} : undefined
      });
      const ended = new Map((await all(executor, requests(3))).map((one) => [one.key, one]));
      expect(ended.get("k0")!.error).toMatchObject({kind: "server", attempts: 3});
      expect(ended.get("k1")!.completion!.attempts).toBe(2);
      expect(ended.get("k2")!.completion!.attempts).toBe(1);
      expect(server.byPrompt.get("k0")).toBe(3);
    });

    it("counts attempts that may have been billed and told no usage", async () => {
      const {executor} = await start({
        behave: ({prompt}, seen) => {
          if (prompt === "k0" || (prompt === "k1" && seen === 0)) return {status: 500};
          return prompt === "k2" ? {status: 401} : undefined;
        }
      });
      const ended = await all(executor, requests(4));
      const uncounted = Object.fromEntries(ended.map((one) => [one.key, one.uncounted]));
      expect(uncounted).toEqual({k0: 3, k1: 1, k2: undefined, k3: undefined});
    });

    it("asks before each further attempt, and ends a call that may not be made again", async () => {
      const {server, executor} = await start({behave: () => ({status: 500})});
      const asked: [string, number, string | undefined][] = [];
      const ended = await all(executor, requests(2), {
        async mayRetry({key}, {attempt, kind}) {
          asked.push([key, attempt, kind]);
          return key === "k1";
        }
      });
      expect(asked.sort()).toEqual([
        ["k0", 1, "server"],
        ["k1", 1, "server"],
        ["k1", 2, "server"]
      ]);
      const errors = Object.fromEntries(ended.map(({key, error}) => [key, error!.kind]));
      expect(errors).toEqual({k0: "aborted", k1: "server"});
      expect(server.byPrompt.get("k0")).toBe(1);
    });

    it("never has more calls in flight than it was told, nor than the endpoint allows", async () => {
      const wide = await start({latencyMs: 60}, {concurrency: 5});
      await all(wide.executor, requests(40));
      expect(wide.server.maxInFlight).toBe(5);
      const narrow = await start({latencyMs: 60}, {concurrency: 5, endpoint: {limits: {concurrency: 2}}});
      await all(narrow.executor, requests(20));
      expect(narrow.server.maxInFlight).toBe(2);
    });

    it("keeps to requests a minute", async () => {
      const {server, executor} = await start({}, {endpoint: {limits: {requestsPerMinute: 600}}});
      const begun = performance.now();
      await all(executor, requests(25));
      const seconds = (performance.now() - begun) / 1000;
      // Ten a second, after what a bucket holds at its start.
      expect(server.requests.length).toBe(25);
      expect(seconds).toBeGreaterThan(0.5);
    });

    it("takes requests only as places come free, however long the stream", async () => {
      const {server, executor} = await start({latencyMs: 2}, {concurrency: 2});
      let taken = 0;
      const drain = new AbortController();
      const outcomes = executor.execute(
        counted(endless(), () => taken++),
        {signal: drain.signal}
      );
      let received = 0;
      let ahead = 0;
      for await (const batch of outcomes) {
        received += batch.length;
        ahead = Math.max(ahead, taken - received);
        if (received > 300) drain.abort();
      }
      expect(ahead).toBeLessThan(200);
      expect(server.served).toBeLessThan(330);
    });

    it("gives no place away before the outcome was received", async () => {
      const {server, executor} = await start({}, {concurrency: 3});
      const outcomes = executor.execute(streamOf(requests(50)));
      const first = await outcomes.next();
      const held = (first.value as readonly CallOutcome[]).length;
      await sleep(QUIET_MS);
      expect(held).toBeGreaterThan(0);
      expect(server.served).toBeLessThanOrEqual(3);
      let rest = 0;
      for await (const batch of outcomes) rest += batch.length;
      expect(held + rest).toBe(50);
    });

    it("drains: starts nothing more, and tells how every call in flight ended", async () => {
      const {server, executor} = await start({latencyMs: 400}, {concurrency: 4});
      const drain = new AbortController();
      void until(() => server.requests.length === 4).then(() => drain.abort());
      const ended = await all(executor, requests(40), {signal: drain.signal});
      expect(server.requests.length).toBe(4);
      expect(keysOf(ended)).toEqual(new Set(server.requests.map(({prompt}) => prompt)));
      expect(ended.every(({completion}) => completion !== undefined)).toBe(true);
      await sleep(QUIET_MS);
      expect(server.requests.length).toBe(4);
    });

    it("drains although the stream has nothing to give and does not end", async () => {
      const {server, executor} = await start();
      const drain = new AbortController();
      async function* stuck(): AsyncGenerator<CallRequest> {
        yield* requests(2);
        await new Promise(() => undefined);
      }
      void until(() => server.requests.length === 2).then(() => drain.abort());
      const ended: CallOutcome[] = [];
      for await (const batch of executor.execute(stuck(), {signal: drain.signal})) ended.push(...batch);
      expect(keysOf(ended)).toEqual(new Set(["k0", "k1"]));
    });

    it("makes no call when it is to drain from the start", async () => {
      const {server, executor} = await start();
      expect(await all(executor, requests(5), {signal: AbortSignal.abort()})).toEqual([]);
      expect(server.requests.length).toBe(0);
    });

    it("stops calls in flight, each with an aborted error, without waiting for the server", async () => {
      const {server, executor} = await start({latencyMs: 20_000}, {concurrency: 4});
      const [drain, abort] = [new AbortController(), new AbortController()];
      void until(() => server.requests.length === 4).then(() => (drain.abort(), abort.abort()));
      const begun = performance.now();
      const ended = await all(executor, requests(10), {signal: drain.signal, abortSignal: abort.signal});
      expect(performance.now() - begun).toBeLessThan(18_000);
      expect(ended.map(({error}) => error!.kind)).toEqual(server.requests.map(() => "aborted"));
      expect(ended.length).toBe(4);
    });

    it("waits for calls in flight when its reader leaves", async () => {
      const {server, executor} = await start({latencyMs: 30}, {concurrency: 4});
      for await (const batch of executor.execute(streamOf(requests(40)))) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      const made = server.requests.length;
      expect(server.inFlight).toBe(0);
      await sleep(QUIET_MS);
      expect(server.requests.length).toBe(made);
      expect(made).toBeLessThanOrEqual(8);
    });

    describe("when the endpoint only fails", () => {
      const retries = {retries: 0};

      it("pauses it, probes it with one call at a time, and goes on when it recovers", async () => {
        let broken = true;
        const told: string[] = [];
        const {server, executor} = await start(
          {behave: () => (broken ? {status: 500} : undefined)},
          {
            endpoint: {retries},
            outage: {
              probeMs: 40,
              onMessage(text) {
                // From the pause on, whenever a busy machine comes to it.
                if (told.push(text) === 1) setTimeout(() => (broken = false), 400);
              }
            }
          }
        );
        const ended = await allInTheEnd(executor, requests(100));
        expect(ended.filter(({error}) => error)).toEqual([]);
        expect(keysOf(ended).size).toBe(100);
        // Ten that failed, those in flight beside them and whoever took their places before the pause was known to all, 3 or
        // 4 probes (after 40, 80, 160, 320 ms), and all that were answered.
        expect(server.requests.length).toBeLessThanOrEqual(10 + 2 * 4 + 4 + 100);
        expect(told).toEqual([
          expect.stringMatching(/loopback: 10 calls in a row failed .*It is paused/),
          "loopback answers again"
        ]);
      });

      it("gives up after the time stated, and ends what waits as aborted", async () => {
        const reasons: string[] = [];
        const {server, executor} = await start(
          {},
          {endpoint: {retries}, outage: {probeMs: 20, giveUpMs: 200, onGiveUp: (text) => reasons.push(text)}}
        );
        const outcomes = executor.execute(endless());
        const kinds: string[] = [];
        let dead = false;
        for await (const batch of outcomes) {
          for (const {error, postponed} of batch)
            kinds.push(postponed ? "postponed" : (error?.kind ?? "answered"));
          if (kinds.length >= 20 && !dead) await server.close();
          if (kinds.length >= 20) dead = true;
        }
        expect(new Set(kinds)).toEqual(new Set(["answered", "postponed", "aborted"]));
        expect(kinds.filter((kind) => kind === "postponed").length).toBeGreaterThanOrEqual(10);
        expect(kinds.filter((kind) => kind === "aborted").length).toBeGreaterThanOrEqual(3);
        expect(kinds.indexOf("aborted")).toBeGreaterThan(kinds.lastIndexOf("answered"));
        expect(reasons).toEqual([
          expect.stringMatching(/loopback only failed, and did not recover within 0.2 s/)
        ]);
      });

      it("does not wait for a probe that hangs when it gives up", async () => {
        let calls = 0;
        const {executor} = await start(
          {behave: () => (++calls > 13 ? {latencyMs: 20_000} : {status: 500})},
          {endpoint: {retries}, outage: {probeMs: 10, giveUpMs: 150}}
        );
        const begun = performance.now();
        await all(executor, requests(50));
        expect(performance.now() - begun).toBeLessThan(18_000);
      });
    });

    it("says that a call has failed when others are answered, or none is left to show an outage", async () => {
      const {executor} = await start(
        {behave: ({prompt}) => (/[05]$/.test(prompt) ? {status: 500} : undefined)},
        {endpoint: {retries: 0}}
      );
      const ended = await all(executor, requests(41));
      expect(
        ended.filter(({error}) => error).every(({error, postponed}) => error!.kind === "server" && !postponed)
      ).toBe(true);
      expect(ended.filter(({error}) => error)).toHaveLength(9);
      const alone = await all(executor, [requestOf("k0"), requestOf("k5")]);
      expect(alone.map(({error, postponed}) => [error!.kind, postponed])).toEqual([
        ["server", undefined],
        ["server", undefined]
      ]);
    });

    describe("when the endpoint limits the rate", () => {
      const limited = async (
        settings: {limitMs: number; free: number; headers?: Record<string, string>},
        outage: ExecutorSetup["outage"] = {}
      ) => {
        let begun: number | undefined;
        let answered = 0;
        const refused: number[] = [];
        const waits: string[] = [];
        const started = await start(
          {
            behave() {
              if (answered < settings.free) return void answered++;
              begun ??= performance.now();
              if (performance.now() - begun > settings.limitMs) return undefined;
              refused.push(performance.now() - begun);
              return {status: 429, headers: settings.headers, body: {error: {message: "too many"}}};
            }
          },
          {
            endpoint: {retries: {retries: 1, baseDelayMs: 5, maxDelayMs: 20, maxRetryAfterMs: 50}},
            outage: {
              probeMs: 40,
              onWait: (endpoint, wait) => waits.push(wait ? `${endpoint} ${wait.why} ${wait.ms}` : "over"),
              ...outage
            }
          }
        );
        return {...started, refused, waits};
      };

      it("postpones its calls and probes it with one at a time, until it answers them all", async () => {
        const told: string[] = [];
        const {executor, refused, waits} = await limited(
          {limitMs: 600, free: 10},
          {onMessage: (text) => told.push(text)}
        );
        const ended = await allInTheEnd(executor, requests(60));
        expect(ended.filter(({error}) => error)).toEqual([]);
        expect(keysOf(ended).size).toBe(60);
        // Those in flight, each with a retry; then one after 40, 80, 160 and 320 ms.
        expect(refused.length).toBeLessThanOrEqual(2 * 2 * 4 + 5);
        expect(told).toEqual([
          expect.stringMatching(/^loopback: rate limited .*too many.*one call at a time/)
        ]);
        expect(waits[0]).toBe("loopback rate limited 40");
        expect(waits.at(-1)).toBe("over");
      });

      it("asks again when the server says, though that is longer than a call may wait", async () => {
        const {executor, refused, waits} = await limited({
          limitMs: 900,
          free: 10,
          headers: {"retry-after": "1"}
        });
        const ended = await allInTheEnd(executor, requests(40));
        expect(ended.filter(({error}) => error)).toEqual([]);
        expect(refused.length).toBeLessThanOrEqual(2 * 4);
        expect(waits).toEqual(["loopback rate limited 1000", "over"]);
      });

      it("gives up after the time stated, and no call has failed", async () => {
        const reasons: string[] = [];
        const {executor} = await limited(
          {limitMs: 1e6, free: 10, headers: {"retry-after": "100"}},
          {giveUpMs: 300, onGiveUp: (text) => reasons.push(text)}
        );
        const ended = await allInTheEnd(executor, requests(40));
        expect(reasons).toEqual([
          expect.stringMatching(/^loopback still limits the rate 0.3 s after it was paused: .*429/)
        ]);
        expect(ended.filter(({completion}) => completion)).toHaveLength(10);
        expect(ended.filter(({error, postponed}) => error && !postponed && error.kind !== "aborted")).toEqual(
          []
        );
      });

      it("ends the pauses between attempts when it drains", async () => {
        // No answer before all have been asked: a limited rate lowers what is asked at once.
        const {server, executor} = await start(
          {latencyMs: 300, behave: () => ({status: 429, headers: {"retry-after": "30"}})},
          {endpoint: {retries: 4}}
        );
        const drain = new AbortController();
        void until(() => server.requests.length > 0).then(() =>
          setTimeout(() => drain.abort(), 300 + QUIET_MS)
        );
        const begun = performance.now();
        const ended = await all(executor, requests(10), {signal: drain.signal});
        expect(performance.now() - begun).toBeLessThan(15_000);
        expect(server.requests.length).toBeGreaterThan(0);
        expect(ended.map(({error, postponed}) => [error!.kind, postponed])).toEqual(
          server.requests.map(() => ["rate-limit", true])
        );
      });
    });

    it("rejects with the stream's own error, after the calls in flight", async () => {
      const {server, executor} = await start({latencyMs: 20});
      async function* broken(): AsyncGenerator<CallRequest> {
        yield* requests(3);
        throw new Error("the stream broke");
      }
      const ended: CallOutcome[] = [];
      await expect(
        (async () => {
          for await (const batch of executor.execute(broken())) ended.push(...batch);
        })()
      ).rejects.toThrow("the stream broke");
      expect(server.inFlight).toBe(0);
      expect(ended.length).toBe(server.requests.length);
    });
  });
}

function endpointOf(
  {url}: ModelServer,
  settings: Partial<Parameters<typeof openAICompatible>[0]> = {}
): Endpoint {
  return openAICompatible({
    name: "loopback",
    baseUrl: url,
    hosting: "on-prem",
    trust: "local",
    retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20},
    ...settings
  });
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(2);
}

/** `n` requests, whose answers are their keys. */
function requests(n: number): CallRequest[] {
  return Array.from({length: n}, (_one, i) => requestOf(`k${i}`));
}

function requestOf(key: string): CallRequest {
  return {
    key,
    candidate: "one",
    endpoint: "loopback",
    model: "test-model",
    messages: [{role: "user", content: key}],
    rowId: `row of ${key}`,
    repeat: 0,
    estimateTokens: 10
  };
}

async function* streamOf(list: readonly CallRequest[]): AsyncGenerator<CallRequest> {
  yield* list;
}

async function* endless(): AsyncGenerator<CallRequest> {
  for (let i = 0; ; i++) yield requestOf(`k${i}`);
}

async function* counted(stream: AsyncIterable<CallRequest>, count: () => void): AsyncGenerator<CallRequest> {
  for await (const one of stream) {
    count();
    yield one;
  }
}

/** All outcomes, the first for each key. */
async function all(
  executor: Executor,
  list: readonly CallRequest[],
  options?: ExecuteOptions
): Promise<CallOutcome[]> {
  const found = new Map<string, CallOutcome>();
  for await (const batch of executor.execute(streamOf(list), options))
    for (const one of batch) if (!found.has(one.key)) found.set(one.key, one);
  return [...found.values()];
}

/** The outcomes of a stream to which each request that was postponed comes again. */
async function allInTheEnd(executor: Executor, list: readonly CallRequest[]): Promise<CallOutcome[]> {
  const ended: CallOutcome[] = [];
  const open = new Map<string, CallRequest>();
  const later = [...list];
  let wake = () => {};
  async function* stream(): AsyncGenerator<CallRequest> {
    while (later.length > 0 || open.size > 0) {
      const next = later.shift();
      if (next) {
        open.set(next.key, next);
        yield next;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  for await (const batch of executor.execute(stream())) {
    for (const one of batch) {
      const request = open.get(one.key);
      open.delete(one.key);
      if (request && one.postponed) later.push(request);
      else if (request) ended.push(one);
    }
    wake();
  }
  return ended;
}

function keysOf(outcomes: readonly CallOutcome[]): Set<string> {
  return new Set(outcomes.map(({key}) => key));
}

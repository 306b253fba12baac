import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {splitExecutor} from "../../../src/evals/queue/coordinator/splitExecutor.js";
import {
  type CallOutcome,
  type CallRequest,
  createPool,
  type Executor
} from "../../../src/evals/runner/index.js";
import {server} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";

describe("an executor that hands each request to one of two", () => {
  let model: ModelServer;
  beforeEach(async () => {
    model = await startModelServer({latencyMs: 20});
  });
  afterEach(() => model.close());

  const pool = () => createPool({endpoints: new Map([["here", server(model.url)]]), concurrency: 4});
  const fromAway = ({candidate}: {candidate: string}) => candidate === "away";
  const ended = async (executor: Executor, requests: AsyncIterable<CallRequest>) => {
    const outcomes: CallOutcome[] = [];
    let error: unknown;
    try {
      for await (const batch of executor.execute(requests)) outcomes.push(...batch);
    } catch (caught) {
      error = caught;
    }
    return {outcomes, message: (error as Error | undefined)?.message};
  };

  it("rejects with the error of one that never took a request, however many are for it", async () => {
    const executor = splitExecutor(fromAway, failing(0), pool());
    const {message} = await ended(
      executor,
      requests(2000, (i) => (i < 600 ? "away" : "here"))
    );
    expect(message).toBe("the server is full");
  });

  it("does not lose the error of one while batches of the other come", async () => {
    const executor = splitExecutor(fromAway, failing(1), pool());
    const {message} = await ended(executor, requests(40));
    expect(message).toBe("the server is full");
  });

  it("starts nothing more when one has failed, and gives what was in flight before the error", async () => {
    const executor = splitExecutor(fromAway, failing(3), pool());
    const {outcomes, message} = await ended(executor, requests(Infinity));
    expect(message).toBe("the server is full");
    expect(outcomes.filter(({completion}) => completion).length).toBe(model.requests.length);
    expect(model.requests.length).toBeLessThan(300);
  });

  it("asks its source no more when both have ended", async () => {
    let closed = false;
    async function* source() {
      try {
        yield* requests(Infinity);
      } finally {
        closed = true;
      }
    }
    await ended(splitExecutor(fromAway, failing(3), pool()), source());
    expect(closed).toBe(true);
  });
});

/** An executor that takes some requests and then fails. */
function failing(taken: number): Executor {
  return {
    execute(requests) {
      const outcomes: AsyncIterableIterator<readonly CallOutcome[]> = {
        [Symbol.asyncIterator]: () => outcomes,
        async next() {
          const source = requests[Symbol.asyncIterator]();
          for (let i = 0; i < taken; i++) await source.next();
          await source.return?.();
          throw new Error("the server is full");
        },
        return: async () => ({done: true, value: undefined})
      };
      return outcomes;
    }
  };
}

async function* requests(
  n: number,
  candidateOf = (i: number) => (i % 2 ? "here" : "away")
): AsyncGenerator<CallRequest> {
  for (let i = 0; i < n; i++)
    yield {
      key: `k${i}`,
      candidate: candidateOf(i),
      endpoint: "local",
      model: "test-model",
      messages: [{role: "user", content: `k${i}`}],
      rowId: `row ${i}`,
      repeat: 0,
      estimateTokens: 10
    };
}

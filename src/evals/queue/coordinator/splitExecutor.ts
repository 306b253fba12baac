import type {CallOutcome, CallRequest, Executor} from "../../runner/index.js";
import {RequestSplit} from "./requestSplit.js";

/**
 * An executor that hands each request to one of two. When one fails, the other drains: what it has in flight is given
 * before the error.
 */
export function splitExecutor(
  goesToFirst: (request: CallRequest) => boolean,
  first: Executor,
  second: Executor
): Executor {
  return {
    execute(requests, options = {}) {
      const failed = new AbortController();
      const {signal} = options;
      const drained = {
        ...options,
        signal: signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
      };
      const split = new RequestSplit(requests, goesToFirst);
      return new MergedOutcomes(
        [first.execute(split.first, drained), second.execute(split.second, drained)],
        () => failed.abort()
      );
    }
  };
}

type OutcomeBatches = AsyncIterableIterator<readonly CallOutcome[]>;
type OutcomeBatch = IteratorResult<readonly CallOutcome[]>;

/** The batches of two streams as they come. Each is asked for its next batch when the one it gave was received. */
class MergedOutcomes implements OutcomeBatches {
  private readonly asked = new Map<OutcomeBatches, Promise<{side: OutcomeBatches; batch: OutcomeBatch}>>();
  /** Whose batch was given last. */
  private given: OutcomeBatches | undefined;
  private hasBegun = false;
  private failure: {error: unknown} | undefined;

  constructor(
    private readonly sides: readonly OutcomeBatches[],
    private readonly onFailure: () => void
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<OutcomeBatch> {
    if (!this.hasBegun) this.sides.forEach((side) => this.ask(side));
    else if (this.given) this.ask(this.given);
    this.hasBegun = true;
    this.given = undefined;
    while (this.asked.size > 0) {
      const {side, batch} = await Promise.race(this.asked.values());
      this.asked.delete(side);
      if (batch.done) continue;
      this.given = side;
      return batch;
    }
    if (this.failure) throw this.failure.error;
    return {done: true, value: undefined};
  }

  async return(): Promise<OutcomeBatch> {
    await Promise.all(this.sides.map((side) => side.return!()));
    return {done: true, value: undefined};
  }

  private ask(side: OutcomeBatches): void {
    const next = side.next().catch((error: unknown): OutcomeBatch => {
      this.failure ??= {error};
      this.onFailure();
      return {done: true, value: undefined};
    });
    this.asked.set(
      side,
      next.then((batch) => ({side, batch}))
    );
  }
}

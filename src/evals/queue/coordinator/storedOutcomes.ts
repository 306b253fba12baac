import type {CallOutcome} from "../../runner/index.js";
import {runKeys} from "../keys.js";
import type {QueueSealing} from "../sealing.js";
import {pairs, type Redis, type RedisCommand} from "../server/redis.js";

/** The outcomes of a run that workers have stored, and the leftovers of an earlier start of it. */
export class StoredOutcomes {
  private readonly leftovers = new Map<string, CallOutcome>();
  private readonly hash: string;

  constructor(
    private readonly redis: Redis,
    private readonly sealing: QueueSealing,
    run: string
  ) {
    this.hash = runKeys(run).outcomes;
  }

  /** Those of the keys that are stored. */
  async read(keys: readonly string[]): Promise<CallOutcome[]> {
    if (keys.length === 0) return [];
    return this.opened((await this.redis.call("HMGET", this.hash, ...keys)) as (string | null)[], keys);
  }

  /** Keeps what the earlier start has left: completions. Its failures are deleted, so that their calls are made again. */
  async readLeftovers(): Promise<void> {
    const stored = pairs(await this.redis.call("HGETALL", this.hash));
    for (const outcome of this.opened([...stored.values()], [...stored.keys()])) this.addLeftover(outcome);
    const failed = [...stored.keys()].filter((key) => !this.leftovers.has(key));
    if (failed.length > 0) await this.redis.call("HDEL", this.hash, ...failed);
  }

  addLeftover(outcome: CallOutcome): void {
    if (outcome.completion) this.leftovers.set(outcome.key, outcome);
  }

  /** The completion of a request, which then need not be asked for. */
  takeLeftover(key: string): CallOutcome | undefined {
    const outcome = this.leftovers.get(key);
    this.leftovers.delete(key);
    return outcome;
  }

  get hasLeftovers(): boolean {
    return this.leftovers.size > 0;
  }

  deleted(keys: readonly string[]): RedisCommand {
    return ["HDEL", this.hash, ...keys];
  }

  /** What cannot be opened is as good as lost: its call is made again. */
  private opened(values: readonly unknown[], keys: readonly string[]): CallOutcome[] {
    return values.flatMap((value, i) => {
      if (typeof value !== "string") return [];
      try {
        const outcome = this.sealing.open(value, keys[i]!) as CallOutcome | null;
        return outcome && outcome.key === keys[i] ? [outcome] : [];
      } catch {
        return [];
      }
    });
  }
}

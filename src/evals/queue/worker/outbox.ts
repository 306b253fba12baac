import type {CallOutcome} from "../../runner/index.js";
import {ENDED, EXPIRES, runKeys} from "../keys.js";
import type {CallsEnded, WorkerMessage} from "../protocol.js";
import type {QueueSealing} from "../sealing.js";
import {pipelined, type Redis, type RedisCommand} from "../server/redis.js";

/** Calls of one run that ended in one turn of the event loop. */
interface EndedCalls {
  /** Sealed, by their keys. */
  outcomes: Map<string, string>;
  /** Positions of the calls that ended, by where they are claimed. */
  claims: Map<string, number[]>;
}

const TRIES = 600;
const AGAIN_MS = 500;

/** Writes a worker's outcomes and messages to the server, in their order: what comes in one turn of the event loop goes at once. */
export class Outbox {
  private commands: RedisCommand[] = [];
  private ended = new Map<string, EndedCalls>();
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly sealing: QueueSealing
  ) {}

  send(run: string, message: WorkerMessage): void {
    this.commands.push(...messageCommands(run, message));
    this.flush();
  }

  /** Stores an outcome where the run's coordinator, or the next one, finds it, and tells the coordinator. */
  store(run: string, outcome: CallOutcome, {claims, position}: {claims: string; position: number}): void {
    let batch = this.ended.get(run);
    if (!batch) this.ended.set(run, (batch = {outcomes: new Map(), claims: new Map()}));
    batch.outcomes.set(outcome.key, this.sealing.seal(outcome, outcome.key));
    const positions = batch.claims.get(claims);
    if (positions) positions.push(position);
    else batch.claims.set(claims, [position]);
    this.flush();
  }

  /** Resolves when all that was sent is with the server. */
  async written(): Promise<void> {
    while (this.flushing) await this.flushing;
  }

  private flush(): void {
    this.flushing ??= this.flushAll();
    this.flushing.catch(() => undefined);
  }

  private async flushAll(): Promise<void> {
    await new Promise(setImmediate);
    try {
      while (this.commands.length > 0 || this.ended.size > 0) await this.writeAll();
    } finally {
      // Here, not by the promise's own `finally`: what is sent before that is called would wait for the next message.
      this.flushing = undefined;
    }
  }

  private async writeAll(): Promise<void> {
    const written = [
      ...this.commands,
      ...[...this.ended].flatMap(([run, batch]) => endedCommands(run, batch))
    ];
    this.commands = [];
    this.ended = new Map();
    for (let tries = 0; ; tries++)
      try {
        await pipelined(this.redis, written);
        return;
      } catch (error) {
        // Read-only, out of memory, loading: nothing may be lost that was paid for.
        if (tries >= TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
  }
}

function messageCommands(run: string, message: WorkerMessage): RedisCommand[] {
  const {messages} = runKeys(run);
  return [
    ["RPUSH", messages, JSON.stringify(message)],
    ["EXPIRE", messages, EXPIRES]
  ];
}

function endedCommands(run: string, {outcomes, claims}: EndedCalls): RedisCommand[] {
  const {outcomes: hash} = runKeys(run);
  const message: CallsEnded = {type: "ended", keys: [...outcomes.keys()]};
  return [
    ["HSET", hash, ...[...outcomes].flat()],
    ["EXPIRE", hash, EXPIRES],
    ...[...claims].map(([key, positions]) => ["HSET", key, ...positions.flatMap((at) => [at, ENDED])]),
    ...messageCommands(run, message)
  ];
}

import {randomBytes} from "node:crypto";
import {RUN_EXPIRES, runKeys} from "../keys.js";
import {generationOf} from "../protocol.js";
import {pipelined, type Redis, type RedisCommand} from "../server/redis.js";

/**
 * One coordinator's hold on a run: a record on the server, which expires when it is not renewed. Workers read there who
 * coordinates the run, each queue's generation, and whether its calls are aborted. A later start takes the record over.
 */
export class RunLease {
  readonly session = randomBytes(4).toString("hex");
  private readonly recalls = new Map<string, number>();
  private isAborted = false;
  private readonly record: string;

  constructor(
    private readonly redis: Redis,
    private readonly run: string
  ) {
    this.record = runKeys(run).record;
  }

  /** The queues that the run has used. */
  get queues(): readonly string[] {
    return [...this.recalls.keys()];
  }

  /** Drops the record and the messages of a start before. `also`: commands that go with it. */
  async take(...also: RedisCommand[]): Promise<void> {
    await pipelined(this.redis, [
      ["DEL", this.record, runKeys(this.run).messages],
      ...this.commands(),
      ...also
    ]);
  }

  /** False when another start has taken the run over. */
  async renew(): Promise<boolean> {
    const holder = await this.redis.call("HGET", this.record, "session");
    if (holder !== null && holder !== this.session) return false;
    await pipelined(this.redis, this.commands());
    return true;
  }

  /** The commands that write the record anew are for the caller to send, with the message that tells of the change. */
  recall(queue: string, recalls: number): RedisCommand[] {
    this.recalls.set(queue, recalls);
    return this.commands();
  }

  /** As `recall`. */
  abort(): RedisCommand[] {
    this.isAborted = true;
    return this.commands();
  }

  /** Deletes the record, and the keys given, unless another start holds them. */
  async release(...keys: string[]): Promise<void> {
    if ((await this.redis.call("HGET", this.record, "session")) === this.session)
      await this.redis.call("DEL", this.record, ...keys);
  }

  private commands(): RedisCommand[] {
    const generations = [...this.recalls].flatMap(([queue, recalls]) => [
      `queue:${queue}`,
      generationOf(this.session, recalls)
    ]);
    const aborted = this.isAborted ? ["aborted", "1"] : [];
    return [
      ["HSET", this.record, "session", this.session, ...aborted, ...generations],
      ["EXPIRE", this.record, RUN_EXPIRES]
    ];
  }
}

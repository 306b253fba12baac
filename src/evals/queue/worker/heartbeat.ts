import {HEARTBEATS, heldKey, queueKeys, SILENT_MS} from "../keys.js";
import {type Redis, serverTime} from "../server/redis.js";

const BEAT_MS = 1000;
/** In seconds. */
const HELD_EXPIRES = 20;

export interface HeartbeatSetup {
  redis: Redis;
  worker: string;
  queues: readonly string[];
  /** The claims of the calls that hold a slot. */
  held(): readonly string[];
  /** Called with each beat. */
  onBeat(): Promise<void>;
}

/** Says every second that a worker lives, and which calls it makes. Others make the calls of a worker that is silent. */
export class Heartbeat {
  private readonly sets: readonly string[];
  private beating: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly setup: HeartbeatSetup) {
    this.sets = [...setup.queues.map((queue) => queueKeys(queue).workers), HEARTBEATS];
  }

  async beat(): Promise<void> {
    const {redis, worker, held, onBeat} = this.setup;
    const now = await serverTime(redis);
    for (const set of this.sets) await redis.call("ZADD", set, now, worker);
    await redis.call("SET", heldKey(worker), JSON.stringify(held()), "EX", HELD_EXPIRES);
    for (const set of this.sets) await redis.call("ZREMRANGEBYSCORE", set, 0, now - 6 * SILENT_MS);
    await onBeat();
  }

  start(): void {
    this.timer = setInterval(() => {
      this.beating ??= this.beat()
        .catch(() => undefined)
        .finally(() => (this.beating = undefined));
    }, BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Leaves the lists of workers that live. */
  async leave(): Promise<void> {
    const {redis, worker} = this.setup;
    await this.beating;
    await Promise.allSettled(this.sets.map((set) => redis.call("ZREM", set, worker)));
  }
}

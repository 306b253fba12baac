import type {CallOutcome, CallRequest} from "../../runner/index.js";
import {
  answerKey,
  claimsKey,
  ENDED,
  EXPIRES,
  queueKeys,
  QUEUES,
  requestsKey,
  RUN_EXPIRES,
  runKeys,
  SILENT_MS
} from "../keys.js";
import {PeerEntry, type PeerVersion, refusalByCoordinator} from "../peers.js";
import {
  type CallsEnded,
  type CoordinatorMessage,
  parseWorkerMessage,
  type WorkerMessage
} from "../protocol.js";
import type {QueueSealing} from "../sealing.js";
import {pairs, pipelined, type Redis, type RedisCommand, serverTime} from "../server/redis.js";
import {queueServerError} from "../server/serverError.js";
import {inFlightEnded} from "./inFlight.js";
import {RunLease} from "./runLease.js";
import {StoredOutcomes} from "./storedOutcomes.js";

export interface WorkerEvents {
  onMessage(message: Exclude<WorkerMessage, CallsEnded>): void;
  /** Each outcome perhaps more than once. */
  onEnded(outcomes: readonly CallOutcome[]): void;
  /** Why this start may not go on. */
  onLost(why: string): void;
}

export interface WorkerChannelSetup {
  redis: Redis;
  sealing: QueueSealing;
  /** The run's id on the server. */
  run: string;
  /** The server's address without its password. */
  shown: string;
  version?: PeerVersion;
  onNote?(text: string): void;
}

const MOST_READ = 500;
const ANNOUNCE_MS = 1000;
const RENEW_MS = (RUN_EXPIRES * 1000) / 5;

/** A coordinator's side of the protocol: its lease of the run, the outcomes, and the messages to and from workers. */
export class WorkerChannel {
  private readonly lease: RunLease;
  private readonly outcomes: StoredOutcomes;
  private readonly peer: PeerEntry;
  private readonly refused = new Set<string>();
  private readonly keys: ReturnType<typeof runKeys>;
  private readonly reader: Redis;
  private events: WorkerEvents | undefined;
  private hasEnded = false;
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(readonly setup: WorkerChannelSetup) {
    const {redis, sealing, run, version} = setup;
    this.lease = new RunLease(redis, run);
    this.outcomes = new StoredOutcomes(redis, sealing, run);
    this.peer = new PeerEntry(redis, "coordinator", `${run}-${this.lease.session}`, version);
    this.keys = runKeys(run);
    this.reader = redis.duplicate().on("error", () => undefined);
  }

  get session(): string {
    return this.lease.session;
  }

  /**
   * Takes the run over from an earlier start, and keeps it until `end`. Calls that the earlier start has in flight are paid
   * for: waits for them as long as their workers live, or until `signal` fires.
   */
  async begin(events: WorkerEvents, signal: AbortSignal): Promise<void> {
    this.events = events;
    try {
      await this.lease.take(this.published({type: "takenOver", session: this.session}));
      // A call in flight may wait for the answer to its question.
      this.reading = this.readMessages();
      this.timer = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
      await this.earlierCallsEnded(signal);
      await this.outcomes.readLeftovers();
    } catch (error) {
      throw queueServerError(error, this.setup.shown);
    }
  }

  /** The completion that an earlier start has left of a request. */
  takeLeftover(key: string): CallOutcome | undefined {
    return this.outcomes.takeLeftover(key);
  }

  /** For an outcome that this start has not asked for yet. */
  keepLeftover(outcome: CallOutcome): void {
    this.outcomes.addLeftover(outcome);
    this.send(this.published({type: "acknowledged", keys: [outcome.key]}));
  }

  async storeRequests(job: string, requests: readonly CallRequest[]): Promise<void> {
    const {redis, sealing} = this.setup;
    await redis.call("SET", requestsKey(job), sealing.seal(requests, job), "EX", EXPIRES);
  }

  /** Looks for outcomes whose "ended" may be lost. */
  async fetch(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) this.events?.onEnded(await this.outcomes.read(keys));
  }

  acknowledge(keys: readonly string[]): void {
    this.send(this.outcomes.deleted(keys), this.published({type: "acknowledged", keys: [...keys]}));
  }

  async answer(question: string, allowed: boolean): Promise<void> {
    await pipelined(this.setup.redis, [
      ["SET", answerKey(question), allowed ? 1 : 0, "EX", 600],
      this.published({type: "retryAnswer", question, allowed})
    ]);
  }

  abort(): void {
    const record = this.lease.abort();
    if (this.events) this.send(...record, this.published({type: "abort"}));
  }

  /** Recalls what an older generation of the queue has sent. */
  recall(queue: string, recalls: number): void {
    this.send(...this.lease.recall(queue, recalls), this.published({type: "recalled"}));
  }

  /** Makes a queue known, whose first generation begins. */
  addQueue(queue: string, endpoint: string): void {
    this.send(["HSET", QUEUES, queue, endpoint]);
    this.recall(queue, 0);
    void this.refuseOtherProtocols().catch(() => undefined);
  }

  /** Live workers that take a queue's jobs. */
  async workersOf(queue: string): Promise<number> {
    const {redis} = this.setup;
    const since = (await serverTime(redis)) - SILENT_MS;
    return Number(await redis.call("ZCOUNT", queueKeys(queue).workers, since, "+inf"));
  }

  /** How often workers that died had begun the calls of a job, by their positions in it. */
  async deadAttempts(job: string): Promise<Map<number, number>> {
    const claims = pairs(await this.setup.redis.call("HGETALL", claimsKey(job)));
    return new Map(
      [...claims]
        .filter(([, claim]) => claim !== ENDED)
        .map(([position, claim]) => [Number(position), Number(claim.split("|")[2]) || 1])
    );
  }

  /** @param isDrained what an earlier start has left, and this one has not asked for, is kept for the next one */
  async end(isDrained: boolean): Promise<void> {
    this.hasEnded = true;
    clearInterval(this.timer);
    const {messages, outcomes} = this.keys;
    const keepsOutcomes = isDrained && this.outcomes.hasLeftovers;
    try {
      if (this.events) {
        await this.lease.release(messages, ...(keepsOutcomes ? [] : [outcomes]));
        await this.peer.leave();
      }
    } catch {
      // A server that takes no writes keeps them until they expire.
    }
    this.reader.disconnect();
    await this.reading;
  }

  private published(message: CoordinatorMessage): RedisCommand {
    return ["PUBLISH", this.keys.channel, JSON.stringify(message)];
  }

  private send(...commands: RedisCommand[]): void {
    pipelined(this.setup.redis, commands).catch(() => undefined);
  }

  private async earlierCallsEnded(signal: AbortSignal): Promise<void> {
    const {redis, run, onNote} = this.setup;
    // Workers that have missed it keep the slots of calls that have ended.
    const announcing = setInterval(
      () => this.send(this.published({type: "takenOver", session: this.session})),
      ANNOUNCE_MS
    );
    const onWait = (calls: number) =>
      onNote?.(
        `an earlier start of this run has ${calls} calls in flight at workers; waiting for their answers. Ctrl-C ends the wait`
      );
    await inFlightEnded({redis, run, signal, onWait}).finally(() => clearInterval(announcing));
  }

  private async readMessages(): Promise<void> {
    while (!this.hasEnded)
      try {
        const first = (await this.reader.call("BLPOP", this.keys.messages, 1)) as [string, string] | null;
        if (!first) continue;
        const more = (await this.setup.redis.call("LPOP", this.keys.messages, MOST_READ)) as string[] | null;
        const messages = [first[1], ...(more ?? [])].flatMap((text) => parseWorkerMessage(text) ?? []);
        await this.fetch(messages.flatMap((one) => (one.type === "ended" ? one.keys : [])));
        for (const one of messages) if (one.type !== "ended") this.events?.onMessage(one);
      } catch {
        if (!this.hasEnded) await new Promise((resolve) => setTimeout(resolve, 200));
      }
  }

  private async renew(): Promise<void> {
    if (await this.lease.renew()) return this.refuseOtherProtocols();
    clearInterval(this.timer);
    this.events?.onLost("another start of this run has taken it over");
  }

  /** Workers with another protocol leave by themselves when they find this coordinator among the peers. */
  private async refuseOtherProtocols(): Promise<void> {
    if (this.hasEnded) return;
    for (const worker of (await this.peer.announce(this.lease.queues)).filter(this.peer.hasOtherProtocol)) {
      if (this.refused.has(worker.id)) continue;
      this.refused.add(worker.id);
      this.setup.onNote?.(refusalByCoordinator(this.peer, worker));
    }
  }
}

import type {CallOutcome} from "../../runner/index.js";
import {WORKERS_DIED} from "../workersDied.js";
import type {EndpointQueue} from "./endpointQueue.js";
import type {OpenRequest} from "./openRequest.js";
import type {WorkerChannel} from "./workerChannel.js";

export interface SentJobsSetup {
  channel: Pick<WorkerChannel, "fetch" | "deadAttempts">;
  /** How long failed jobs wait for `assay queue retry`, in milliseconds. */
  giveUpMs: number;
  onNote?(text: string): void;
  /** A job is gone: the requests that have no outcome are to be sent again. */
  onLost(keys: readonly string[], id: string): void;
  /** Every worker that took a job died, and nobody has tried it again. */
  onFailed(outcomes: readonly CallOutcome[]): void;
}

interface SentJob {
  queue: EndpointQueue;
  /** Positions in the job of the requests that have no outcome, by their keys. */
  positions: Map<string, number>;
  sentAt: number;
  /** Sweeps one after another that did not find it at work. */
  missed: number;
  /** Since when it was seen as failed. */
  failedAt?: number;
}

export const SWEEP_MS = 2000;
/** Outcomes of a job at work are looked for after this: their "ended" may be lost. */
const FETCH_AFTER_MS = 10_000;

/**
 * The jobs of a run with requests that have no outcome. `sweep` compares each with BullMQ's state: a job at work is left,
 * one that is gone is lost, one that failed waits for `assay queue retry`, then fails for good.
 */
export class SentJobs {
  private readonly jobs = new Map<string, SentJob>();

  constructor(private readonly setup: SentJobsSetup) {}

  add(id: string, queue: EndpointQueue, sent: readonly OpenRequest[]): void {
    const positions = new Map(sent.map(({key}, position) => [key, position]));
    this.jobs.set(id, {queue, positions, missed: 0, sentAt: performance.now()});
    for (const one of sent) one.sentIn(id);
  }

  /** A request is not a part of its job any more. */
  remove(one: OpenRequest): void {
    const job = one.job === undefined ? undefined : this.jobs.get(one.job);
    job?.positions.delete(one.key);
    if (job?.positions.size === 0) this.jobs.delete(one.job!);
    one.takenBack();
  }

  /** Sends a job's requests without an outcome again. */
  sendAgain(id: string): void {
    const job = this.jobs.get(id);
    if (job) this.setup.onLost([...job.positions.keys()], id);
  }

  /** Takes a job that no worker has from the queue. */
  async takeBack(id: string): Promise<void> {
    const job = this.jobs.get(id);
    if (!job || (await job.queue.jobs.remove(id)) !== 1) return;
    // A job that has ended is removed as well: its outcomes are stored, and may not have been read.
    await this.fetch(job);
    this.sendAgain(id);
  }

  takeAllBack(): void {
    for (const id of this.jobs.keys()) void this.takeBack(id).catch(() => undefined);
  }

  hasJobsOf(queue: EndpointQueue): boolean {
    return [...this.jobs.values()].some((job) => job.queue === queue);
  }

  async sweep(): Promise<void> {
    for (const [id, job] of this.jobs) {
      if (performance.now() - job.sentAt < SWEEP_MS) continue;
      const state = await job.queue.jobs.getJobState(id);
      if (state === "failed") {
        await this.seenFailed(id, job);
        continue;
      }
      job.failedAt = undefined;
      if (state === "unknown" || state === "completed") await this.seenGone(id, job);
      else await this.seenAtWork(job);
    }
  }

  private async seenAtWork(job: SentJob): Promise<void> {
    job.missed = 0;
    if (performance.now() - job.sentAt > FETCH_AFTER_MS) await this.fetch(job);
  }

  private async seenGone(id: string, job: SentJob): Promise<void> {
    if (++job.missed < 2) return;
    await this.fetch(job);
    this.sendAgain(id);
  }

  private async seenFailed(id: string, job: SentJob): Promise<void> {
    const {channel, onNote, giveUpMs, onFailed} = this.setup;
    const {name} = job.queue.endpoint;
    if (job.failedAt === undefined)
      onNote?.(
        `${name}: a job with ${job.positions.size} requests failed, because every worker that took it died. \`assay queue retry\` tries it again`
      );
    job.failedAt ??= performance.now();
    if (performance.now() - job.failedAt < giveUpMs) return;
    await this.fetch(job);
    const attempts = await channel.deadAttempts(id);
    const dead = [...job.positions].map(([key, position]) => deadOutcome(key, attempts.get(position)));
    if (dead.length > 0) onNote?.(`${name}: ${deathsText(dead)}`);
    onFailed(dead);
  }

  private async fetch(job: SentJob): Promise<void> {
    await this.setup.channel.fetch([...job.positions.keys()]);
  }
}

/** @param attempts how often workers that died had begun the call */
function deadOutcome(key: string, attempts = 0): CallOutcome {
  return {
    key,
    error: {kind: "endpoint", message: WORKERS_DIED, attempts, mayBeBilled: attempts > 0},
    uncounted: attempts || undefined
  };
}

function deathsText(dead: readonly CallOutcome[]): string {
  const begun = dead.filter(({uncounted}) => uncounted);
  const attempts = begun.reduce((sum, {uncounted = 0}) => sum + uncounted, 0);
  return `${dead.length} requests have failed, because every worker that took them died. ${begun.length} of them had been called, ${attempts} times in all`;
}

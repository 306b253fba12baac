import type {Coordination} from "./coordination.js";
import type {Open, RunLane} from "./runLane.js";

export interface SentJob {
  lane: RunLane;
  keys: Set<string>;
  /** Sweeps that found nothing of it. */
  missed: number;
  at: number;
  /** Since when it was seen as failed, and not tried again. */
  failedAt?: number;
}

export interface SentJobsSetup {
  coordination: Coordination;
  /** How long jobs that failed wait to be tried again, in milliseconds. */
  giveUpMs: number;
  onMessage?(message: string): void;
  /** A job is gone: what it has not told is to be sent again. */
  lost(keys: readonly string[], id: string): void;
  /** Every worker that took them died, and nobody has tried them again. */
  failed(keys: readonly string[]): void;
}

export const SWEEP_MS = 2000;
const LOOK_MS = 10_000;

/** The jobs of a run whose outcomes are awaited. */
export class SentJobs {
  private readonly jobs = new Map<string, SentJob>();

  constructor(private readonly setup: SentJobsSetup) {}

  add(id: string, lane: RunLane, sent: readonly Open[]): void {
    const keys = new Set(sent.map(({request}) => request.key));
    this.jobs.set(id, {lane, keys, missed: 0, at: performance.now()});
  }

  /** A request is in its job no more. */
  leave(one: Open): void {
    const job = one.job === undefined ? undefined : this.jobs.get(one.job);
    job?.keys.delete(one.request.key);
    if (job?.keys.size === 0) this.jobs.delete(one.job!);
    one.job = undefined;
  }

  /** Has what a job has not told sent again. */
  again(id: string): void {
    const job = this.jobs.get(id);
    if (job) this.setup.lost([...job.keys], id);
  }

  /** Takes a job that no worker has from the queue. */
  async takeBack(id: string): Promise<void> {
    const job = this.jobs.get(id);
    if (!job || (await job.lane.queue.remove(id)) !== 1) return;
    // So is one that has ended: its outcomes are there, and may not have been read.
    await this.setup.coordination.fetch([...job.keys]);
    this.again(id);
  }

  takeAllBack(): void {
    for (const id of this.jobs.keys()) void this.takeBack(id).catch(() => undefined);
  }

  isAwaitedOf(lane: RunLane): boolean {
    return [...this.jobs.values()].some((job) => job.lane === lane);
  }

  /** Looks after jobs that were lost. */
  async sweep(): Promise<void> {
    for (const [id, job] of this.jobs) {
      if (performance.now() - job.at < SWEEP_MS) continue;
      const state = await job.lane.queue.getJobState(id);
      if (state === "failed") {
        this.tellFailed(job);
        continue;
      }
      job.failedAt = undefined;
      if (state !== "unknown" && state !== "completed") {
        job.missed = 0;
        // A word that was lost with its connection: what it told of is there.
        if (performance.now() - job.at > LOOK_MS) await this.setup.coordination.fetch([...job.keys]);
      } else if (++job.missed >= 2) {
        await this.setup.coordination.fetch([...job.keys]);
        this.again(id);
      }
    }
  }

  private tellFailed(job: SentJob): void {
    const {onMessage, giveUpMs, failed} = this.setup;
    if (job.failedAt === undefined)
      onMessage?.(
        `${job.lane.endpoint.name}: a job with ${job.keys.size} requests failed, because every worker that took it died. \`assay queue retry\` tries it again`
      );
    job.failedAt ??= performance.now();
    if (performance.now() - job.failedAt >= giveUpMs) failed([...job.keys]);
  }
}

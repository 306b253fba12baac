/** BullMQ's keys begin with it. */
export const JOBS = "assay:jobs";

/** Queues that somebody has used, with the endpoint's name: a hash. */
export const LANES = "assay:lanes";

/** Workers by when they were last heard of, in milliseconds of the server's clock: a sorted set. */
export const ALIVE = "assay:alive";

/** Set while calls are paused by hand, at endpoints that nobody has used yet too. */
export const PAUSED = "assay:paused";

/** The keys of a lane, which is one endpoint's queue. */
export const laneKeys = (lane: string) => ({
  /** What the shared limits know. */
  limit: `assay:limit:${lane}`,
  /** Calls in flight by worker and run. */
  flying: `assay:flying:${lane}`,
  /** Workers that take its jobs, as ALIVE. */
  listening: `assay:listening:${lane}`
});

/** The keys of a run: `scope` stands for it. */
export const runKeys = (scope: string) => ({
  /** Its coordinator's session and the generation of each lane; expires when the coordinator falls silent. */
  run: `assay:run:${scope}`,
  /** Outcomes that the coordinator has not journaled, by the request's key. */
  done: `assay:done:${scope}`,
  /** What workers tell the coordinator: a list. */
  told: `assay:told:${scope}`,
  /** What the coordinator tells workers: a channel. */
  channel: `assay:channel:${scope}`
});

/** The calls that a worker makes, by the place where they are noted: JSON, renewed every second. */
export const makingKey = (worker: string) => `assay:making:${worker}`;

/** The requests of a job. */
export const bodyKey = (job: string) => `assay:body:${job}`;
/** Which of a job's requests have ended ("e"), and who makes which, by their place. */
export const marksKey = (job: string) => `assay:marks:${job}`;
/** The answer to a worker's question. */
export const answerKey = (question: string) => `assay:answer:${question}`;

/** What nobody fetches is gone after a day, in seconds. */
export const EXPIRES = 86_400;
/** A coordinator that was not heard of for so long is dead, in seconds. */
export const RUN_EXPIRES = 15;
/** So is a worker, in milliseconds. */
export const SILENT_MS = 5000;

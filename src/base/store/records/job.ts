/** How a job ended. */
export type JobOutcome = "succeeded" | "failed" | "cancelled";

/** A status as the service gave it, when it was first seen. */
export interface JobStatus {
  /** ISO time. */
  at: string;
  /** The service's own word. */
  status: string;
  /** Absent while the job goes on, and for words that nobody here knows. */
  outcome?: JobOutcome;
  detail?: string;
  /** ISO time at which it ended, where that is known: `at` is when somebody looked. */
  endedAt?: string;
  /** True when ending it failed, so that it may go on elsewhere. */
  unstopped?: boolean;
  /** The service's whole answer, without secrets. */
  answer?: unknown;
}

/** A file of training examples in the job's folder, and what it was made of. */
export interface JobDataFile {
  path: string;
  part: string;
  bytes: number;
  sha256: string;
  rows: number;
  /** SHA-256 of the ids of its rows in order, one a line. */
  rowsSha256: string;
}

/** Tokens that are billed, of all epochs. */
export interface JobTokens {
  /** Before it was sent; absent where nobody knew for how many epochs. */
  estimated?: number;
  /** The price of those, where one was known. */
  usd?: number;
  /** As the service told them at the end; absent where it tells none. */
  trained?: number;
}

/** A training that somebody else's machine does, or a command. */
export interface JobRecord {
  kind: "job";
  schemaVersion: 1;
  id: string;
  /** The name of its definition. */
  name: string;
  /** Marks the job at the service, so that it is found again. Equal for jobs that are the same. */
  key: string;
  /** ISO time of the intent: the service may not know of it yet. */
  at: string;
  /** Which service, and its settings: names of environment variables, never secrets. */
  service: {service: string; trust: string; [setting: string]: unknown};
  /** Where the models that the service trained answer; absent of jobs of the first services. */
  answersAt?: string;
  base: string;
  /** Whether the base has a name that the service gives to what it trained; absent where the service does not say. */
  tunedBase?: boolean;
  settings: Record<string, unknown>;
  dataset: string;
  version: string;
  split: {id: string; name: string; sha256: string};
  /** The form of the lines. */
  format: string;
  data: JobDataFile[];
  /** Absent for jobs of before. */
  tokens?: JobTokens;
  /** What the service calls it, once it has taken it. */
  remote?: {id: string; at: string};
  /** What the service calls the files that were sent to it. */
  uploads?: Record<string, string>;
  /** Changes only, the oldest first. */
  statuses: JobStatus[];
  /** How far the service's events were read. */
  cursor?: string;
  /** ISO time at which its end was asked for. */
  cancelledAt?: string;
  /** The model of the store that its result is. */
  model?: {id: string; at: string};
  /** Rows that it learned from, or was checked on, were erased since. */
  erased?: ErasedParts;
}

/** The parts of a dataset that lost rows to a purge, and when the last of them did (ISO time). */
export interface ErasedParts {
  dataset: string;
  at: string;
  parts: string[];
}

/** What a service told of a job while it ran. */
export interface JobEvent {
  /** The same whenever it is read again. */
  id: string;
  at?: string;
  type: "message" | "metrics" | "checkpoint";
  message?: string;
  data?: Record<string, unknown>;
}

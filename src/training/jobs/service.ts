import type {z} from "zod";
import type {TokenLimit, TrainingDestination} from "../finetunes/index.js";
import type {Words} from "./more.js";
import type {JobEvent, JobOutcome, JobRecord, Workspace} from "../../base/store/index.js";

/** What a service says of a job, as it says it. */
export interface JobLook {
  /** The service's own word. */
  status: string;
  /** Absent while the job goes on, and for a word that nobody here knows. */
  outcome?: JobOutcome;
  /** Why it failed, or how far it is, in a few words. */
  detail?: string;
  /** ISO time at which it ended, where that is known. */
  endedAt?: string;
  /** True when ending it failed, so that it may go on elsewhere: it can be cancelled once more. */
  unstopped?: boolean;
  /** The whole answer, without secrets. */
  answer?: unknown;
}

/** What a job made: a model that only the service has, or a folder on this machine. */
export type TrainedJobResult =
  | {kind: "hosted"; model: string; endpoint: Record<string, string>; metrics?: Record<string, number>}
  | {kind: "folder"; folder: string; metrics?: Record<string, number>};

/** How long a service is asked. */
export interface Asking {
  signal?: AbortSignal;
  /** Once, for some seconds: what comes next does not need the answer. */
  brief?: boolean;
}

/** A job, where its files are, and what may be told on the way. */
export interface JobAtHand extends Asking {
  workspace: Workspace;
  job: JobRecord;
  /** The folder with the training files and the configuration. */
  folder: string;
  onMessage(message: string): void;
  /** Keeps what the service calls a file that was sent to it. */
  onUpload(path: string, name: string): Promise<void>;
}

/** A job that the service has taken. */
export interface RunningJob extends JobAtHand {
  remote: string;
}

/** A service, all of it in one file of `services`. */
export interface TrainingService<Settings extends {service: string} = {service: string}> {
  /** The `service` of its settings. */
  name: Settings["service"];
  schema: z.ZodType;
  open(settings: Settings): JobService;
}

/**
 * Who trains. `submit` is called once a job: whatever it throws, the job is looked for with `find` before it is called
 * again.
 */
export interface JobService {
  /** The forms of training examples that it takes, by their kind. */
  formats: Record<"chat" | "preference", string> & {
    /** Of answers marked good or bad; absent where it takes none. */
    kto?: string;
  };
  /** What the preflight calls it. */
  destination: string;
  /** What it asks of a training set, where the preflight has no rules under that name. */
  rules?: TrainingDestination;
  /** The address at which the models that it trained answer: a job's record keeps it. */
  answersAt?: string;
  /** Whether a base has a name that the service gives to what it trained. */
  isTuned?(base: string): boolean;
  /** Epochs of a job that says none, "by rows" as OpenAI's cookbook chooses them; absent when nobody knows. */
  usualEpochs?: number | "by rows";
  /** The seed of a job that says none; absent when it is the service's own. */
  usualSeed?: number;
  /** True for a job whose rows to check on are not sent. */
  checksNone?(job: Pick<JobRecord, "format">): boolean;
  /** Where a job's `more` may say what it can say itself. */
  words(format: string): Words;
  /** What the job tells it of long examples; absent when it tells nothing. */
  limit?(job: Pick<JobRecord, "settings" | "format">): TokenLimit;
  /** The name of the machine that data goes to; undefined when nobody knows. */
  host?: string;
  /** Says what is wrong before anything is written or sent: a setting that it has no place for. */
  check(job: Pick<JobRecord, "base" | "settings" | "format">): void;
  /** Throws when the environment lacks its key. */
  checkKey?(): void;
  /** Files beside the training data, by name. */
  configuration?(job: JobRecord): Record<string, string>;
  /**
   * What it would cost or run on, or until when it has the base, for a person; undefined when the service does not tell within
   * some seconds.
   */
  offer?(base: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The job's name at the service, when it has it: told by the job's key. */
  find(at: JobAtHand): Promise<string | undefined>;
  /** Sends the data and starts the job; gives its name at the service. */
  submit(at: JobAtHand): Promise<string>;
  look(at: RunningJob): Promise<JobLook>;
  /** What it has told since `cursor`; what was told before may come again. */
  events?(at: RunningJob, cursor: string | undefined): Promise<{events: JobEvent[]; cursor?: string}>;
  cancel(at: RunningJob): Promise<void>;
  /** Called when it has succeeded. */
  collect(at: RunningJob, look: JobLook): Promise<TrainedJobResult>;
}

/**
 * The job may be at the service or not: the connection broke, or the server failed, after it was asked to start. Only
 * looking for it tells.
 */
export class UnknownSubmission extends Error {
  override name = "UnknownSubmission";
}

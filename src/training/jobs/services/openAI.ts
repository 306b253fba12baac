import {memberOf} from "../../../base/validation/memberOf.js";
import {type JobClient, refusedStatus} from "../client.js";
import type {JobTraining} from "../training.js";
import {checkMore, withMore, type Words} from "../more.js";
import type {JobAtHand, JobLook, JobService, RunningJob, TrainingService} from "../service.js";
import {shutdownDay} from "../../../inference/endpoints/index.js";
import {exactly, oneOf, text} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import {
  type JobEvent,
  type JobOutcome,
  type JobRecord,
  SERVICE_ADDRESSES
} from "../../../base/store/index.js";
import {trainFile, uploadName, validationFile} from "./files.js";
import {checkEpochs, connection, hostedResult, type HttpService, httpService, untilRead} from "./http.js";

export interface OpenAIJobs extends HttpService {
  service: "openai";
  /** Azure's `api-version`, which is added to every address. */
  apiVersion?: string;
}

const schema = exactly<OpenAIJobs>("settings such as {service, trust}", {
  ...httpService,
  service: oneOf(["openai"]),
  apiVersion: text("a version such as 2025-04-01-preview").optional()
});

const OUTCOMES: Readonly<Record<string, JobOutcome>> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled"
};

interface FineTuningJob {
  id: string;
  status: string;
  fine_tuned_model?: string | null;
  trained_tokens?: number | null;
  finished_at?: number | null;
  training_file?: string;
  metadata?: Record<string, string> | null;
  error?: {message?: string; code?: string} | null;
}

interface RemoteFile {
  id: string;
  filename: string;
  status?: string;
  status_details?: string | null;
}

interface List<T> {
  data?: T[];
  has_more?: boolean;
}

/** The fine-tuning jobs of OpenAI, which Azure OpenAI and gateways of one's own speak too. */
export const openai: TrainingService<OpenAIJobs> = {name: "openai", schema, open: openOpenAI};

function openOpenAI(settings: OpenAIJobs): JobService {
  const {baseUrl = SERVICE_ADDRESSES.openai, apiVersion} = settings;
  const connected = connection(
    "openai",
    {...settings, baseUrl},
    "OPENAI_API_KEY",
    apiVersion === undefined ? undefined : {"api-version": apiVersion}
  );
  return {
    formats: {chat: "openai", preference: "openai-dpo"},
    destination: "OpenAI",
    usualEpochs: "by rows",
    words: openAIWords,
    host: new URL(baseUrl).hostname,
    check({settings: training, format}) {
      methodOf(training as JobTraining, format);
      checkMore(training as JobTraining, openAIWords(format));
    },
    checkKey: connected.checkKey,
    offer: (base, signal) =>
      connected
        .use({signal, brief: true}, async (client) => {
          const {shutdown_date: date} = await client.get<{shutdown_date?: unknown}>(
            `/models/${encodeURIComponent(base)}`
          );
          const day = shutdownDay(date);
          return day && `! ${base} is shut down at the service: ${day}.`;
        })
        .catch((error: unknown) => {
          // Not every gateway tells of its models, nor every key.
          if (error instanceof UserError && !signal?.aborted) return undefined;
          throw error;
        }),
    find: (at) =>
      connected.use(at, async (client) => {
        // A file may be there no more.
        const sent = at.job.uploads?.[trainFile(at.job)];
        const files = new Set([...(await uploadsOf(client, at.job)).keys(), sent ?? ""]);
        for await (const one of pages<FineTuningJob>(client, "/fine_tuning/jobs"))
          if (one.metadata?.assay === at.job.key || (one.training_file && files.has(one.training_file)))
            return one.id;
        return undefined;
      }),
    submit: (at) =>
      connected.use(at, async (client) => {
        const {job} = at;
        const known = await uploadsOf(client, job);
        const sent = async (path: string) => {
          const name = uploadName(job, path);
          const there = [...known.values()].find(
            ({filename, status}) => filename === name && status !== "error"
          );
          const file = there ?? (await uploaded(client, at, path, name));
          await at.onUpload(path, file.id);
          await untilFileRead(client, at, path, file);
          return file.id;
        };
        const validation = validationFile(job);
        const request = {
          model: job.base,
          training_file: await sent(trainFile(job)),
          validation_file: validation === undefined ? undefined : await sent(validation),
          suffix: job.name.slice(0, 40),
          seed: (job.settings as JobTraining).seed,
          method: methodOf(job.settings as JobTraining, job.format),
          metadata: {assay: job.key, assay_job: job.id}
        };
        const whole = withMore(request, (job.settings as JobTraining).more);
        return (await client.postOnce<FineTuningJob>("/fine_tuning/jobs", whole, job.key)).id;
      }),
    look: ({remote, ...asking}) =>
      connected.use(asking, async (client): Promise<JobLook> => {
        const answer = await client.get<FineTuningJob>(`/fine_tuning/jobs/${remote}`);
        const {status, error, trained_tokens: tokens} = answer;
        const outcome = memberOf(OUTCOMES, status);
        return {
          status,
          outcome,
          detail: error?.message ?? (tokens ? `${tokens} tokens trained` : undefined),
          endedAt: isoTime(answer.finished_at),
          answer
        };
      }),
    events: (at, cursor) => connected.use(at, (client) => newEvents(client, at, cursor)),
    cancel: ({remote, ...asking}) =>
      connected.use(asking, async (client) => void (await client.post(`/fine_tuning/jobs/${remote}/cancel`))),
    async collect({job, onMessage}, look) {
      const {fine_tuned_model: model, trained_tokens: tokens} = (look.answer ?? {}) as Partial<FineTuningJob>;
      if (apiVersion !== undefined)
        onMessage("openai: on Azure the model answers once it is deployed; evals name the deployment.");
      return hostedResult(job, {model, tokens});
    }
  };
}

/** The files with this job's names, by their ids. */
async function uploadsOf(client: JobClient, job: JobRecord): Promise<Map<string, RemoteFile>> {
  const names = new Set(job.data.map(({path}) => uploadName(job, path)));
  const found = new Map<string, RemoteFile>();
  for await (const file of pages<RemoteFile>(client, "/files"))
    if (names.has(file.filename)) found.set(file.id, file);
  return found;
}

async function uploaded(client: JobClient, at: JobAtHand, path: string, name: string): Promise<RemoteFile> {
  at.onMessage(`sending ${path}`);
  return client.upload("/files", {purpose: "fine-tune"}, {path: `${at.folder}/${path}`, name});
}

/** Azure turns a job down whose file it is still importing; others say nothing of it, or have ended at once. */
async function untilFileRead(
  client: JobClient,
  at: JobAtHand,
  path: string,
  sent: RemoteFile
): Promise<void> {
  let file = sent;
  await untilRead(
    path,
    async () => {
      if (isBeingRead(file)) file = await client.get<RemoteFile>(`/files/${encodeURIComponent(sent.id)}`);
      if (file.status === "error")
        throw new UserError(
          `openai: the service could not read ${path}: ${client.safe(file.status_details) ?? "it does not say why"}.`
        );
      return isBeingRead(file) ? file.status : undefined;
    },
    at.signal
  );
}

const isBeingRead = ({status}: RemoteFile) => status === "pending" || status === "running";

/** Every entry of a list, over all its pages. */
async function* pages<T extends {id: string}>(client: JobClient, path: string): AsyncGenerator<T> {
  let after: string | undefined;
  for (;;) {
    const {data, has_more: more} = await client.get<List<T>>(path, {after, limit: "100"});
    yield* data ?? [];
    const last = data?.at(-1)?.id;
    // A server that gives the same page for ever knows nothing of pages.
    if (!more || last === undefined || last === after) return;
    after = last;
  }
}

/** The entries of a list that not every gateway has. */
async function* known<T extends {id: string}>(client: JobClient, path: string): AsyncGenerator<T> {
  try {
    yield* pages<T>(client, path);
  } catch (error) {
    if (refusedStatus(error) !== 404) throw error;
  }
}

interface RemoteEvent {
  id: string;
  created_at?: number;
  level?: string;
  type?: string;
  message?: string;
  data?: Record<string, unknown> | null;
}

interface OpenAICheckpoint {
  id: string;
  created_at?: number;
  step_number?: number;
  fine_tuned_model_checkpoint?: string;
  metrics?: Record<string, unknown>;
}

/** The newest come first: pages are read back to the event that was the newest the last time. */
async function newEvents(client: JobClient, {remote}: RunningJob, cursor: string | undefined) {
  const path = `/fine_tuning/jobs/${remote}`;
  const events: JobEvent[] = [];
  for await (const one of known<RemoteEvent>(client, `${path}/events`)) {
    if (one.id === cursor) break;
    events.unshift({
      id: one.id,
      at: isoTime(one.created_at),
      type: one.type === "metrics" ? "metrics" : "message",
      message: one.message,
      data: one.data ?? undefined
    });
  }
  const newest = events.at(-1)?.id ?? cursor;
  const checkpoints: JobEvent[] = [];
  for await (const one of known<OpenAICheckpoint>(client, `${path}/checkpoints`))
    checkpoints.unshift({
      id: one.id,
      at: isoTime(one.created_at),
      type: "checkpoint",
      message: one.fine_tuned_model_checkpoint,
      data: {step: one.step_number, ...one.metrics}
    });
  return {events: [...events, ...checkpoints], cursor: newest};
}

const isoTime = (seconds: number | null | undefined) =>
  typeof seconds === "number" ? new Date(seconds * 1000).toISOString() : undefined;

const typeOf = (format: string) => (format === "openai-dpo" ? "dpo" : "supervised");

function openAIWords(format: string): Words {
  const at = `method.${typeOf(format)}.hyperparameters`;
  return {
    epochs: `${at}.n_epochs`,
    rows: `${at}.batch_size`,
    "preference.beta": `${at}.beta`,
    seed: "seed"
  };
}

function methodOf(training: JobTraining, format: string) {
  const {method, epochs, rows, rate, lora, length, preference} = training;
  checkEpochs("OpenAI", training);
  const without = {method: method === "full" ? method : undefined, rate, lora, length};
  const given = Object.entries(without).filter(([, value]) => value !== undefined);
  if (given.length > 0)
    throw new UserError(
      `OpenAI's jobs have no place for ${given.map(([name]) => `\`${name}\``).join(", ")}. They take epochs, rows, seed and preference.beta; a multiplier of the learning rate goes into \`more\`, as \`method.${typeOf(format)}.hyperparameters.learning_rate_multiplier\`.`
    );
  const type = typeOf(format);
  const hyperparameters = {
    n_epochs: epochs,
    batch_size: rows,
    beta: type === "dpo" ? preference?.beta : undefined
  };
  return {type, [type]: {hyperparameters}};
}

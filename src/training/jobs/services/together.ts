import {memberOf} from "../../../base/validation/memberOf.js";
import {exactly, oneOf} from "../../../base/validation/checked.js";
import {
  type JobEvent,
  type JobOutcome,
  type JobRecord,
  SERVICE_ADDRESSES
} from "../../../base/store/index.js";
import {type JobClient, refusedStatus} from "../client.js";
import type {JobTraining} from "../training.js";
import {checkMore, saidNumber, withMore, type Words} from "../more.js";
import type {JobAtHand, JobLook, JobService, TrainingService} from "../service.js";
import {trainFile, uploadName, validationFile} from "./files.js";
import {checkEpochs, connection, hostedResult, type HttpService, httpService} from "./http.js";

export interface TogetherJobs extends HttpService {
  service: "together";
}

const schema = exactly<TogetherJobs>("settings such as {service, trust}", {
  ...httpService,
  service: oneOf(["together"])
});

const OUTCOMES: Readonly<Record<string, JobOutcome>> = {
  completed: "succeeded",
  error: "failed",
  user_error: "failed",
  cancelled: "cancelled"
};

const USUAL_EPOCHS = 1;

const WORDS: Words = {
  epochs: "n_epochs",
  rows: "batch_size",
  rate: "learning_rate",
  length: "max_seq_length",
  seed: "random_seed",
  "lora.rank": "training_type.lora_r",
  "lora.alpha": "training_type.lora_alpha",
  "preference.beta": "training_method.dpo_beta"
};

interface FineTune {
  id: string;
  status: string;
  output_name?: string;
  model_output_name?: string;
  training_file?: string;
  token_count?: number;
  total_price?: number;
  steps_completed?: number;
  total_steps?: number;
}

interface FineTuneEvent {
  hash?: string;
  created_at?: string;
  message?: string;
  level?: string | null;
  type?: string;
  step?: number;
  checkpoint_path?: string;
}

/** Together's fine-tunes. Jobs and files are found by the files' names: its jobs have no free field. */
export const together: TrainingService<TogetherJobs> = {name: "together", schema, open: openTogether};

function openTogether(settings: TogetherJobs): JobService {
  const {baseUrl = SERVICE_ADDRESSES.together} = settings;
  const connected = connection("together", {...settings, baseUrl}, "TOGETHER_API_KEY");
  return {
    formats: {chat: "openai", preference: "openai-dpo"},
    destination: "Together",
    usualEpochs: USUAL_EPOCHS,
    words: () => WORDS,
    host: new URL(baseUrl).hostname,
    check({settings: training}) {
      checkEpochs("Together", training as JobTraining);
      checkMore(training as JobTraining, WORDS);
    },
    checkKey: connected.checkKey,
    find: ({job, ...asking}) =>
      connected.use(asking, async (client) => {
        const path = trainFile(job);
        // A file may have been sent twice, or be there no more.
        const files = [...((await uploadsOf(client, job)).get(path) ?? []), job.uploads?.[path]];
        const {data = []} = await client.get<{data?: FineTune[]}>("/fine-tunes");
        return data.find(({training_file: file}) => file !== undefined && files.includes(file))?.id;
      }),
    submit: (at) =>
      connected.use(at, async (client) => {
        const known = await uploadsOf(client, at.job);
        const validation = validationFile(at.job);
        const request = {
          ...fineTuneRequest(at.job),
          training_file: await sent(client, at, known, trainFile(at.job)),
          validation_file: validation === undefined ? undefined : await sent(client, at, known, validation),
          n_evals: validation === undefined ? undefined : epochsOf(at.job)
        };
        const whole = withMore(request, (at.job.settings as JobTraining).more);
        return (await client.postOnce<FineTune>("/fine-tunes", whole, at.job.key)).id;
      }),
    look: ({remote, ...asking}) =>
      connected.use(asking, async (client): Promise<JobLook> => {
        const answer = await client.get<FineTune>(`/fine-tunes/${encodeURIComponent(remote)}`);
        const {status, steps_completed: step, total_steps: steps} = answer;
        const outcome = memberOf(OUTCOMES, status);
        return {
          status,
          outcome,
          detail:
            outcome === undefined && step !== undefined && steps ? `step ${step} of ${steps}` : undefined,
          answer
        };
      }),
    events: ({remote, ...asking}) =>
      connected.use(asking, async (client) => {
        const {data = []} = await client
          .get<{data?: FineTuneEvent[]}>(`/fine-tunes/${encodeURIComponent(remote)}/events`)
          .catch((error: unknown): {data?: FineTuneEvent[]} => {
            if (refusedStatus(error) === 404) return {};
            throw error;
          });
        return {events: data.map(eventOf)};
      }),
    cancel: ({remote, ...asking}) =>
      connected.use(asking, async (client) => {
        await client.post(`/fine-tunes/${encodeURIComponent(remote)}/cancel`);
      }),
    async collect({job, onMessage}, look) {
      const {output_name, model_output_name, token_count: tokens} = (look.answer ?? {}) as Partial<FineTune>;
      onMessage("together: the model answers once it has a dedicated endpoint there.");
      return hostedResult(job, {model: output_name ?? model_output_name, tokens});
    }
  };
}

type Uploads = ReadonlyMap<string, readonly string[]>;

/** Ids of all files with this job's names, by their paths. */
async function uploadsOf(client: JobClient, job: JobRecord): Promise<Uploads> {
  const {data = []} = await client.get<{data?: {id: string; filename?: string}[]}>("/files");
  const named = (path: string) => data.filter(({filename}) => filename === uploadName(job, path));
  return new Map(job.data.map(({path}) => [path, named(path).map(({id}) => id)]));
}

async function sent(client: JobClient, at: JobAtHand, known: Uploads, path: string): Promise<string> {
  const name = uploadName(at.job, path);
  let id = known.get(path)?.[0];
  if (id === undefined) {
    at.onMessage(`sending ${path}`);
    const fields = {purpose: "fine-tune", file_name: name, file_type: "jsonl"};
    id = (await client.upload<{id: string}>("/files/upload", fields, {path: `${at.folder}/${path}`, name}))
      .id;
  }
  await at.onUpload(path, id);
  return id;
}

const epochsOf = ({settings}: JobRecord) => saidNumber(settings, WORDS, "epochs") ?? USUAL_EPOCHS;

function fineTuneRequest({base, name, settings, format}: JobRecord) {
  const {epochs, rows, rate, length, seed, preference} = settings as JobTraining;
  const pairs = format === "openai-dpo";
  return {
    model: base,
    suffix: name.slice(0, 40),
    n_epochs: epochs,
    batch_size: rows,
    learning_rate: rate,
    max_seq_length: length,
    random_seed: seed,
    training_type: typeOf(settings as JobTraining),
    training_method: pairs
      ? {method: "dpo", dpo_beta: preference?.beta}
      : {method: "sft", train_on_inputs: false}
  };
}

/** Undefined leaves it to the service, which asks for both numbers of an adapter. */
function typeOf({method, lora}: JobTraining): object | undefined {
  if (method === "full") return {type: "Full"};
  if (method === undefined && lora === undefined) return undefined;
  const {rank = 16, alpha = 2 * rank} = lora ?? {};
  return {type: "Lora", lora_r: rank, lora_alpha: alpha, lora_trainable_modules: "all-linear"};
}

function eventOf(one: FineTuneEvent): JobEvent {
  const {hash, created_at: at, message, type = "", step, checkpoint_path: checkpoint} = one;
  return {
    id: [hash || `${at} ${message}`, type, step]
      .filter((part) => part !== undefined && part !== "")
      .join(" "),
    at,
    type: checkpoint || /checkpoint/i.test(type) ? "checkpoint" : "message",
    message,
    data: step === undefined ? undefined : {step}
  };
}

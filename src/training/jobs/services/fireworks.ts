import {memberOf} from "../../../base/validation/memberOf.js";
import {stat} from "node:fs/promises";
import {exactly, oneOf, text} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import {type JobOutcome, type JobRecord, SERVICE_ADDRESSES} from "../../../base/store/index.js";
import {type JobClient, refusedStatus} from "../client.js";
import type {JobTraining} from "../training.js";
import {checkMore, withMore, type Words} from "../more.js";
import type {JobAtHand, JobLook, JobService, TrainingService} from "../service.js";
import {trainFile, validationFile} from "./files.js";
import {checkEpochs, connection, hostedResult, type HttpService, httpService, untilRead} from "./http.js";

export interface FireworksJobs extends HttpService {
  service: "fireworks";
  /** The account's name, as it stands in addresses. */
  account: string;
}

const schema = exactly<FireworksJobs>("settings such as {service, trust, account}", {
  ...httpService,
  service: oneOf(["fireworks"]),
  account: text("an account's name")
});

const OUTCOMES: Readonly<Record<string, JobOutcome>> = {
  COMPLETED: "succeeded",
  // On `earlyStop`: the loss no longer fell.
  EARLY_STOPPED: "succeeded",
  FAILED: "failed",
  FAILED_CLEANING_UP: "failed",
  EXPIRED: "failed",
  CANCELLED: "cancelled",
  DELETING: "cancelled",
  DELETING_CLEANING_UP: "cancelled",
  DELETED: "cancelled",
  ARCHIVED: "cancelled"
};

/** What it takes in one request. */
const DIRECT_BYTES = 150e6;
/** What its own command line takes. */
const DEFAULT_RANK = 8;

interface TuningJob {
  name?: string;
  state?: string;
  status?: {code?: string; message?: string};
  outputModel?: string;
  trainingConfig?: {outputModel?: string};
  jobProgress?: {percent?: number; epoch?: number; inputTokens?: number; outputTokens?: number};
}

/**
 * Fireworks' fine-tuning jobs. It lets the caller name a job, a dataset and a model: their names are made of the job's mark,
 * so that the service itself refuses a second one.
 */
export const fireworks: TrainingService<FireworksJobs> = {name: "fireworks", schema, open: openFireworks};

function openFireworks(settings: FireworksJobs): JobService {
  const {baseUrl = SERVICE_ADDRESSES.fireworks, account} = settings;
  const connected = connection("fireworks", {...settings, baseUrl}, "FIREWORKS_API_KEY");
  const home = `/v1/accounts/${encodeURIComponent(account)}`;
  return {
    formats: {chat: "openai", preference: "openai-dpo"},
    destination: "Fireworks",
    // Its DPO jobs have no place for rows to check on.
    checksNone: isPairs,
    words: fireworksWords,
    host: new URL(baseUrl).hostname,
    check({settings: training, format, base}) {
      trainingOf({settings: training, format, base}, "");
      checkMore(training as JobTraining, fireworksWords(format));
    },
    checkKey: connected.checkKey,
    find: ({job, ...asking}) =>
      connected.use(asking, async (client) => {
        const remote = `${jobCollection(job)}/${jobName(job)}`;
        return (await there(client, `${home}/${remote}`)) === undefined ? undefined : remote;
      }),
    submit: (at) =>
      connected.use(at, async (client) => {
        const {job} = at;
        const validation = isPairs(job) ? undefined : validationFile(job);
        const request = {
          displayName: job.id.slice(0, 63),
          dataset: await sent(client, at, home, trainFile(job)),
          evaluationDataset: validation === undefined ? undefined : await sent(client, at, home, validation),
          // Else it takes rows out of those to train on.
          evalAutoCarveout: validation === undefined && !isPairs(job) ? false : undefined,
          ...trainingOf(job, `accounts/${account}/models/${jobName(job)}`)
        };
        const whole = withMore(request, (job.settings as JobTraining).more);
        const path = `${home}/${jobCollection(job)}?${idParameter(job)}=${jobName(job)}`;
        await client.postOnce<TuningJob>(path, whole, job.key);
        return `${jobCollection(job)}/${jobName(job)}`;
      }),
    look: ({remote, ...asking}) =>
      connected.use(asking, async (client): Promise<JobLook> => {
        const answer = await client.get<TuningJob>(`${home}/${remote}`);
        const {state = "JOB_STATE_UNSPECIFIED", status, jobProgress} = answer;
        const outcome = memberOf(OUTCOMES, state.replace(/^JOB_STATE_/, ""));
        const percent = outcome === undefined ? jobProgress?.percent : undefined;
        return {
          status: state,
          outcome,
          detail:
            (outcome === "failed" ? status?.message : undefined) ??
            (percent === undefined ? undefined : `${percent}%`),
          answer
        };
      }),
    cancel: ({remote, ...asking}) =>
      connected.use(asking, async (client) => {
        await client.post(`${home}/${remote}:cancel`);
      }),
    async collect({job, onMessage}, look) {
      const {outputModel, trainingConfig, jobProgress} = (look.answer ?? {}) as Partial<TuningJob>;
      onMessage("fireworks: the model answers once it is deployed there, on demand.");
      return hostedResult(job, {
        model: outputModel ?? trainingConfig?.outputModel,
        tokens: jobProgress?.inputTokens
      });
    }
  };
}

const isPairs = ({format}: Pick<JobRecord, "format">) => format === "openai-dpo";
const jobCollection = (job: JobRecord) => (isPairs(job) ? "dpoJobs" : "supervisedFineTuningJobs");
const idParameter = (job: JobRecord) => (isPairs(job) ? "dpoJobId" : "supervisedFineTuningJobId");

/** Lower-case letters, digits and hyphens, beginning with a letter. */
function jobName({key}: JobRecord): string {
  return `assay-${key.slice(0, 24)}`;
}

async function there<T>(client: JobClient, path: string): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (refusedStatus(error) === 404) return undefined;
    throw error;
  }
}

/** A dataset under the job's mark; one that was uploaded before stays. */
async function sent(client: JobClient, at: JobAtHand, home: string, path: string): Promise<string> {
  const {job, folder} = at;
  const {rows, bytes} = job.data.find((one) => one.path === path)!;
  const id = `${jobName(job)}-${path.replace(/\W.*$/, "")}`;
  const known = await there<{state?: string}>(client, `${home}/datasets/${id}`);
  if (known === undefined) {
    await client.post(`${home}/datasets`, {
      datasetId: id,
      dataset: {displayName: id, exampleCount: String(rows), userUploaded: {}}
    });
  }
  if (known?.state !== "READY") {
    at.onMessage(`sending ${path}`);
    const file = {path: `${folder}/${path}`, name: `${id}.jsonl`};
    if (bytes > DIRECT_BYTES) await sentSigned(client, `${home}/datasets/${id}`, file);
    else await client.upload(`${home}/datasets/${id}:upload`, {}, file);
    await untilRead(
      path,
      async () => {
        const {state} = await client.get<{state?: string}>(`${home}/datasets/${id}`);
        return state === "UPLOADING" ? state : undefined;
      },
      at.signal
    );
  }
  const name = `accounts/${decodeURIComponent(home.split("/").at(-1)!)}/datasets/${id}`;
  await at.onUpload(path, name);
  return name;
}

/** A file too large for one request goes to an address that the service signs for it. */
async function sentSigned(
  client: JobClient,
  dataset: string,
  {path, name}: {path: string; name: string}
): Promise<void> {
  const {size} = await stat(path);
  const {filenameToSignedUrls: urls} = await client.post<{filenameToSignedUrls?: Record<string, string>}>(
    `${dataset}:getUploadEndpoint`,
    {filenameToSize: {[name]: String(size)}}
  );
  const url = urls?.[name];
  if (url === undefined)
    throw new UserError(`fireworks: it gave no address to send ${name} to. Try again later.`);
  const headers = {
    "content-type": "application/octet-stream",
    "x-goog-content-length-range": `${size},${size}`
  };
  await client.put(url, headers, path);
  await client.post(`${dataset}:validateUpload`);
}

function fireworksWords(format: string): Words {
  const pairs = isPairs({format});
  const at = (name: string) => (pairs ? `trainingConfig.${name}` : name);
  return {
    epochs: at("epochs"),
    rows: at("batchSizeSamples"),
    rate: at("learningRate"),
    length: at("maxContextLength"),
    "lora.rank": at("loraRank"),
    "preference.beta": pairs ? "lossConfig.dpo.beta" : undefined
  };
}

function trainingOf(
  job: Pick<JobRecord, "base" | "format" | "settings">,
  outputModel: string
): Record<string, unknown> {
  const training = job.settings as JobTraining;
  const {method, epochs, rows, rate, lora, length, seed, preference} = training;
  checkEpochs("Fireworks", training);
  if (lora?.alpha !== undefined || seed !== undefined)
    throw new UserError("Fireworks' jobs have no place for `lora.alpha` and `seed`. Leave them out.");
  if (isPairs(job) && (method === "full" || (preference?.beta ?? 0) >= 0.5))
    throw new UserError(
      'Fireworks\' DPO jobs train LoRA, with `preference.beta` below 0.5. Leave `method: "full"` out.'
    );
  const config = {
    baseModel: job.base,
    outputModel,
    epochs,
    batchSizeSamples: rows,
    learningRate: rate,
    // Zero is all weights; nothing at all is read as zero, too.
    loraRank: method === "full" ? 0 : (lora?.rank ?? DEFAULT_RANK),
    maxContextLength: length
  };
  if (!isPairs(job)) return config;
  return {trainingConfig: config, lossConfig: {method: "DPO", dpo: preference}};
}

import type * as Hub from "@huggingface/hub";
import {createHash} from "node:crypto";
import {pathToFileURL} from "node:url";
import {setTimeout as pause} from "node:timers/promises";
import {hideSecrets} from "../../../inference/endpoints/index.js";
import {retryAfterMs} from "../../../base/system/waits.js";
import {exactly, passing, number, oneOf, text} from "../../../base/validation/checked.js";
import {messageOf, UserError, withoutCredentials} from "../../../base/validation/index.js";
import {type JobEvent, type JobOutcome, type JobRecord, resultOf} from "../../../base/store/index.js";
import {hubScript, trl} from "../configurations/trl.js";
import type {JobTraining} from "../training.js";
import {checkMore} from "../more.js";
import {metricsIn} from "../logMetrics.js";
import {BRIEF_MS} from "../client.js";
import {
  type Asking,
  type JobLook,
  type JobService,
  type RunningJob,
  UnknownSubmission,
  type TrainingService
} from "../service.js";
import {type HttpService, httpService, isAddress} from "./http.js";
import {maskSecrets} from "../withoutSecrets.js";

export interface HuggingFaceJobs extends Pick<HttpService, "trust" | "apiKeyEnv"> {
  service: "huggingface";
  /** The user or organisation that pays, and that owns the repositories. */
  namespace: string;
  /** The machine, such as `a10g-small`. */
  flavor: string;
  image?: string;
  timeoutHours?: number;
  hubUrl?: string;
}

const schema = exactly<HuggingFaceJobs>("settings such as {service, trust, namespace, flavor}", {
  trust: httpService.trust,
  apiKeyEnv: httpService.apiKeyEnv,
  service: oneOf(["huggingface"]),
  namespace: passing(
    (value) => typeof value === "string" && /^[\w.-]+$/.test(value),
    "a user or organisation"
  ),
  flavor: text("a machine such as a10g-small"),
  image: text("a Docker image").optional(),
  timeoutHours: number({above: 0}).optional(),
  hubUrl: httpService.baseUrl
});

const OUTCOMES: Readonly<Record<string, JobOutcome>> = {
  COMPLETED: "succeeded",
  ERROR: "failed",
  CANCELED: "cancelled",
  CANCELLED: "cancelled",
  STOPPED: "cancelled",
  DELETED: "cancelled",
  DELETING: "cancelled"
};

/** Left to itself the service ends a job after half an hour, and what it trained is lost. */
const DEFAULT_HOURS = 12;
const IMAGE = "ghcr.io/astral-sh/uv:python3.12-bookworm";
/** How long one look reads a running job's log. */
const LOG_MS = 4000;

/** Hugging Face Jobs: our split in a private dataset, a TRL script of ours, the result in a private model repository. */
export const huggingface: TrainingService<HuggingFaceJobs> = {
  name: "huggingface",
  schema,
  open: openHuggingFace
};

function openHuggingFace(settings: HuggingFaceJobs): JobService {
  const {namespace, flavor, image = IMAGE, timeoutHours = DEFAULT_HOURS, apiKeyEnv = "HF_TOKEN"} = settings;
  const hubUrl = (settings.hubUrl || process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!isAddress(hubUrl))
    throw new UserError(
      "huggingface: HF_ENDPOINT must be an http or https address without credentials. Correct it, or leave it unset for the public hub."
    );
  const access = (asking: Asking) => ({
    namespace,
    hubUrl,
    accessToken: tokenOf(apiKeyEnv),
    fetch: patientFetch(asking)
  });
  const told = <T>(work: () => Promise<T>): Promise<T> => safely(tokenOf(apiKeyEnv), work);
  const hub = () => import("@huggingface/hub");

  return {
    ...trl.takes,
    host: new URL(hubUrl).hostname,
    check: ({settings: training, format}) => checkMore(training as JobTraining, trl.takes.words(format)),
    checkKey: () => void tokenOf(apiKeyEnv),
    configuration: (job) => ({"train.py": hubScript(job, resultOf(namespace, job))}),
    async offer(_base, signal) {
      const {listJobHardware} = await hub();
      const limit = AbortSignal.timeout(BRIEF_MS);
      const asking = {signal: signal ? AbortSignal.any([signal, limit]) : limit, brief: true};
      const all = await listJobHardware({hubUrl, fetch: patientFetch(asking)}).catch((error: unknown) => {
        if (signal?.aborted) throw hubJobError(error);
        return undefined;
      });
      if (!all) return undefined;
      const own = all.find(({name}) => name === flavor);
      if (!own)
        throw new UserError(
          `huggingface: there is no machine ${flavor}. There are ${all.map(({name}) => name).join(", ") || "none"}.`
        );
      const {prettyName, cpu, ram, accelerator, unitCostUSD, unitLabel} = own;
      const gpu = accelerator ? `, ${accelerator.quantity} × ${accelerator.model} (${accelerator.vram})` : "";
      return `${flavor} (${prettyName}): ${cpu}, ${ram}${gpu}, $${unitCostUSD} a ${unitLabel}, ${timeoutHours} h at the most`;
    },
    async find({job, ...asking}) {
      const {listJobs} = await hub();
      return told(async () => {
        for await (const {id, labels} of jobsOf(access(asking), listJobs))
          if (labels?.assay === labelOf(job)) return id;
        return undefined;
      });
    },
    async submit(at) {
      const {job, folder} = at;
      const {createRepo, repoExists, runJob, uploadFiles} = await hub();
      const own = access(at);
      const repo = {type: "dataset" as const, name: `${namespace}/assay-${job.key.slice(0, 16)}`};
      await told(async () => {
        if (!(await repoExists({...own, repo}))) await createRepo({...own, repo, visibility: "private"});
        at.onMessage(`sending the data to ${repo.name}`);
        const names = [...job.data.map(({path}) => path), "train.py"];
        await uploadFiles({
          ...own,
          repo,
          commitTitle: `Data of job ${job.id}`,
          files: names.map((path) => ({path, content: pathToFileURL(`${folder}/${path}`)})),
          useXet: false
        });
      });
      await at.onUpload("train.jsonl", repo.name);
      try {
        const made = await runJob({
          ...own,
          dockerImage: image,
          command: ["uv", "run", "/data/train.py"],
          flavor: flavor as Parameters<typeof runJob>[0]["flavor"],
          secrets: {HF_TOKEN: own.accessToken},
          labels: {assay: labelOf(job)},
          volumes: [{source: repo, mountPath: "/data"}],
          timeoutSeconds: Math.ceil(timeoutHours * 3600),
          attempts: 1
        });
        return made.id;
      } catch (error) {
        const status = hubStatus(error);
        if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409)
          throw hubJobError(error, own.accessToken);
        throw new UnknownSubmission(hideSecrets(messageOf(error), [own.accessToken]), {cause: error});
      }
    },
    look: ({remote, ...asking}) =>
      told(async (): Promise<JobLook> => {
        const answer = await (await hub()).getJob({...access(asking), jobId: remote});
        const {stage, message} = answer.status;
        return {
          status: stage,
          outcome: OUTCOMES[stage],
          detail: message ?? undefined,
          answer: {...answer, secrets: undefined}
        };
      }),
    events: async (at) => ({events: await trainingFigures(at, access(at), await hub())}),
    cancel: ({remote, ...asking}) =>
      told(async () => void (await (await hub()).cancelJob({...access(asking), jobId: remote}))),
    async collect({job, workspace, signal, onMessage}) {
      const {hubModel} = await import("../../../inference/localModels/index.js");
      const options = {hubUrl, token: tokenOf(apiKeyEnv), signal, onProgress: onMessage};
      return {kind: "folder", folder: await hubModel(resultOf(namespace, job), workspace, options)};
    }
  };
}

function tokenOf(variable: string): string {
  const token = process.env[variable]?.trim();
  if (!token)
    throw new UserError(`huggingface: it needs ${variable} in the environment. Export it and run again.`);
  return token;
}

const labelOf = ({key}: JobRecord) => key.slice(0, 40);

/** Waits as a 429 asks. What only reads is tried again when the server fails. A brief one does neither. */
function patientFetch({signal: own, brief}: Asking): typeof fetch {
  return async (input, init = {}) => {
    const reads = (init.method ?? "GET") === "GET";
    const limits = [own, init.signal, brief ? AbortSignal.timeout(BRIEF_MS) : undefined].filter(
      (one) => !!one
    );
    const signal = AbortSignal.any(limits);
    for (let attempt = 1; ; attempt++) {
      const last = brief || attempt > 6 || init.body instanceof ReadableStream;
      const wait = Math.min(20_000, 500 * 2 ** (attempt - 1));
      let response: Response;
      try {
        response = await fetch(input, {...init, signal});
      } catch (error) {
        if (last || !reads || attempt > 4 || signal.aborted) throw error;
        await pause(wait, undefined, {signal});
        continue;
      }
      const again = response.status === 429 || (reads && response.status >= 500 && attempt <= 4);
      if (!again || last) return response;
      const asked = retryAfterMs((name) => response.headers.get(name) ?? undefined, Date.now());
      await response.body?.cancel();
      await pause(Math.min(asked ?? wait, 600_000), undefined, {signal});
    }
  };
}

/** What the work gives or throws, without the token's value. */
async function safely<T>(token: string, work: () => Promise<T>): Promise<T> {
  try {
    return maskSecrets(await work(), [token]);
  } catch (error) {
    throw error instanceof UserError ? error : hubJobError(error, token);
  }
}

function hubJobError(error: unknown, token = ""): UserError {
  const status = hubStatus(error);
  const cause = status === undefined ? error : {status};
  const [said = ""] = withoutCredentials(hideSecrets(messageOf(error), [token])).split("\n");
  return new UserError(`huggingface: ${status === undefined ? "" : `the hub answered ${status}: `}${said}`, {
    cause
  });
}

function hubStatus(error: unknown): number | undefined {
  const status = (error as {statusCode?: unknown} | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** All jobs of a namespace: the library reads the first page of them. */
async function* jobsOf(
  access: {namespace: string; hubUrl: string; accessToken: string; fetch: typeof fetch},
  listJobs: typeof Hub.listJobs
): AsyncGenerator<Awaited<ReturnType<typeof Hub.listJobs>>[number]> {
  for (let next: string | undefined = "first"; next !== undefined;) {
    const page: string | undefined = next === "first" ? undefined : next;
    next = undefined;
    yield* await listJobs({
      ...access,
      fetch: async (address, init) => {
        const response = await access.fetch(page ?? address, init);
        next = nextPage(response.headers.get("link") ?? "", access.hubUrl);
        return response;
      }
    });
  }
}

/** The address of the next page, which is the hub's own: the token goes nowhere else. */
function nextPage(link: string, hubUrl: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1];
  return next !== undefined && URL.canParse(next) && new URL(next).origin === new URL(hubUrl).origin
    ? next
    : undefined;
}

/** The log is a stream that ends with the job: it is read for a while, from its beginning. */
async function trainingFigures(
  {remote}: RunningJob,
  access: {namespace: string; hubUrl: string; accessToken: string; fetch: typeof fetch},
  {streamJobLogs}: Pick<typeof Hub, "streamJobLogs">
): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  const limit = AbortSignal.timeout(LOG_MS);
  const limited: typeof fetch = (input, init) => access.fetch(input, {...init, signal: limit});
  try {
    for await (const {message, timestamp} of streamJobLogs({...access, jobId: remote, fetch: limited})) {
      const data = metricsIn(String(message));
      const at = Number.isNaN(timestamp.getTime()) ? undefined : timestamp.toISOString();
      const id = createHash("sha256").update(`${at} ${message}`).digest("hex").slice(0, 24);
      if (data) events.push({id, at, type: "metrics", data});
    }
  } catch (error) {
    const status = hubStatus(error);
    if (!limit.aborted && status !== 404) throw hubJobError(error, access.accessToken);
  }
  return events;
}

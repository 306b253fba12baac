import {setTimeout as pause} from "node:timers/promises";
import {createClient, type JobClient} from "../client.js";
import type {JobTraining} from "../training.js";
import {byName, passing, oneOf, type SchemaShape} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import {answersAt, type JobRecord} from "../../../base/store/index.js";
import type {Asking, TrainedJobResult} from "../service.js";
import {type Trust, trustLevels} from "../../../data/privacy/trust.js";

/** What every service that is reached over HTTP may set. */
export interface HttpService {
  /** How far it may be trusted with rows: what is personal does not go to `external`. */
  trust: Trust;
  baseUrl?: string;
  /** The environment variable with the key. */
  apiKeyEnv?: string;
  /** Header to environment variable, such as `{"api-key": "AZURE_OPENAI_API_KEY"}`; then no other key is sent. */
  headersEnv?: Record<string, string>;
}

const variable = () =>
  passing(
    (value) => typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(value),
    "the name of an environment variable, which holds the secret"
  );

export const httpService: SchemaShape<HttpService> = {
  trust: oneOf(trustLevels),
  baseUrl: passing(isAddress, "an http or https address without credentials").optional(),
  apiKeyEnv: variable().optional(),
  headersEnv: byName(variable(), "environment variables by header").optional()
};

/** Whether settings may name it: a key stands in the environment alone. */
export function isAddress(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const {protocol, username, password, search} = new URL(value);
  return /^https?:$/.test(protocol) && username === "" && password === "" && search === "";
}

/** How a dialect speaks to its service: a client for as long as it is needed. */
export interface ServiceConnection {
  /** Throws when the environment lacks a key. */
  checkKey(): void;
  /** What the work gives, without the values of secrets. */
  use<T>(asking: Asking, work: (client: JobClient) => Promise<T>): Promise<T>;
}

/** @param variable the environment variable with the key, where the settings name none and no headers either */
export function connection(
  name: string,
  settings: HttpService & {baseUrl: string},
  variable: string,
  query?: Record<string, string>
): ServiceConnection {
  const {baseUrl, headersEnv, apiKeyEnv = headersEnv === undefined ? variable : undefined} = settings;
  const connect = ({signal, brief}: Asking = {}) =>
    createClient({name, baseUrl, query, headersEnv, apiKeyEnv, signal, brief});
  return {
    checkKey: () => void connect().close(),
    async use(asking, work) {
      const client = connect(asking);
      try {
        return client.safe(await work(client));
      } finally {
        await client.close();
      }
    }
  };
}

/** Throws UserError for a part of an epoch, which services have no word for. */
export function checkEpochs(service: string, {epochs}: JobTraining): void {
  if (epochs !== undefined && !Number.isInteger(epochs))
    throw new UserError(`${service}'s jobs take whole epochs, and \`epochs\` is ${epochs}.`);
}

const READ_MS = 600_000;

/**
 * Waits until a service has read a file that it was sent: some refuse a job whose file they are still reading.
 * @param look resolves with the service's word while it reads, undefined when it has ended
 */
export async function untilRead(
  file: string,
  look: () => Promise<string | undefined>,
  signal?: AbortSignal
): Promise<void> {
  const begun = performance.now();
  for (let wait = 100; ; wait = Math.min(5000, 2 * wait)) {
    const word = await look();
    if (word === undefined) return;
    if (performance.now() - begun > READ_MS)
      throw new UserError(
        `The service has not read ${file} after ${READ_MS / 60_000} minutes (${word}). The same command goes on later.`
      );
    await pause(wait, undefined, {signal});
  }
}

/** The model that a service says a job made. Throws UserError while it names none. */
export function hostedResult(
  job: JobRecord,
  {model, tokens}: {model?: string | null; tokens?: unknown}
): TrainedJobResult {
  if (!model)
    throw new UserError(`job ${job.id} succeeded, and the service names no model. Try again later.`);
  return {
    kind: "hosted",
    model,
    endpoint: {baseUrl: answersAt(job)!},
    metrics: typeof tokens === "number" ? {trainedTokens: tokens} : undefined
  };
}

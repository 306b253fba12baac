import {randomBytes} from "node:crypto";
import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";
import {Readable} from "node:stream";
import {
  createTransport,
  defaultRetryPolicy,
  type EndpointEffects,
  EndpointError,
  hidden,
  hideRequest,
  missingSecrets,
  readSecrets,
  realEffects,
  type SecretNames,
  withDeadline,
  withRetry
} from "../../inference/endpoints/index.js";
import {UserError} from "../../base/validation/index.js";
import {UnknownSubmission} from "./service.js";
import {maskSecrets} from "./withoutSecrets.js";

export interface ClientOptions extends SecretNames {
  /** What messages call the service. */
  name: string;
  baseUrl: string;
  /** Added to every address. */
  query?: Record<string, string>;
  signal?: AbortSignal;
  /** Asks once, for some seconds: for what may be left out. */
  brief?: boolean;
  effects?: EndpointEffects;
}

export interface JobClient {
  get<T>(path: string, query?: Record<string, string | undefined>): Promise<T>;
  /** Asked again until it is answered: only for what may be asked twice. */
  post<T>(path: string, body?: object): Promise<T>;
  /**
   * Asked again only when the service said that it did nothing (429). Throws UnknownSubmission when it may have been done.
   */
  postOnce<T>(path: string, body: object, key: string): Promise<T>;
  /** A file as multipart/form-data, read from disk while it is sent. */
  upload<T>(path: string, fields: Record<string, string>, file: {path: string; name: string}): Promise<T>;
  /** A file to an address that a service has signed: no key of ours goes there. */
  put(url: string, headers: Record<string, string>, file: string): Promise<void>;
  /** What a service said as it may be stored and shown: without the values of secrets. */
  safe<T>(said: T): T;
  close(): Promise<void>;
}

const patient = {...defaultRetryPolicy, retries: 6, maxRetryAfterMs: 600_000, maxElapsedMs: 1_800_000};
const ASK_MS = 120_000;
/** Most milliseconds of a question that may be left out. */
export const BRIEF_MS = 10_000;
const SEND_MS = 3_600_000;

/** Speaks JSON to a service: bounded retries, pauses as the server asks for, no secret in any message. */
export function createClient(options: ClientOptions): JobClient {
  const {name, query = {}, signal, brief = false, effects = realEffects} = options;
  const policy = brief ? {...patient, retries: 0} : patient;
  const askMs = brief ? BRIEF_MS : ASK_MS;
  const base = options.baseUrl.replace(/\/+$/, "");
  const missing = missingSecrets(options);
  if (missing.length > 0)
    throw new UserError(
      `${name}: it needs ${missing.join(" and ")} in the environment. Export it and run again.`
    );
  const secrets = readSecrets(name, options);
  const transport = createTransport({effects, query});
  const signed = createTransport({effects});
  const hide = hideRequest(undefined, secrets.values);
  const headers = {...secrets.headers};
  if (secrets.key !== "") headers.authorization = `Bearer ${secrets.key}`;

  const attempt = <T>(path: string, init: RequestInit, timeoutMs: number): Promise<T> =>
    withDeadline(timeoutMs, effects, signal, async (stop) => {
      const answer = await transport.fetch({stop, headers, hide})(`${base}${path}`, init);
      const text = await answer.text();
      if (text.trim() === "") return {} as T;
      try {
        return JSON.parse(text) as T;
      } catch {
        throw new EndpointError(
          "malformed",
          `The answer to ${path} is not JSON. Check the base URL (${base}).`
        );
      }
    });
  const retried = <T>(path: string, init: () => RequestInit, timeoutMs = askMs): Promise<T> =>
    withRetry(() => attempt<T>(path, init(), timeoutMs), policy, effects, {signal}).catch(refusalError(name));
  const json = (body: object | undefined, more: Record<string, string> = {}): RequestInit => ({
    method: "POST",
    headers: {"content-type": "application/json", ...more},
    body: JSON.stringify(body ?? {})
  });

  return {
    get: (path, search = {}) => retried(`${path}${searchOf(search)}`, () => ({method: "GET"})),
    post: (path, body) => retried(path, () => json(body)),
    postOnce: <T>(path: string, body: object, key: string) =>
      withRetry(
        () =>
          attempt<T>(path, json(body, {"idempotency-key": key}), askMs).catch((error: unknown) => {
            if (error instanceof EndpointError && mayHaveBeenDone(error))
              throw new UnknownSubmission(error.message, {cause: error});
            throw error;
          }),
        policy,
        effects,
        {signal}
      ).catch(refusalError(name)),
    async upload(path, fields, file) {
      const {size} = await stat(file.path);
      const boundary = `assay-${randomBytes(16).toString("hex")}`;
      const before = Buffer.from(formHead(boundary, fields, file.name));
      const after = Buffer.from(`\r\n--${boundary}--\r\n`);
      return retried(
        path,
        () => ({
          method: "POST",
          headers: {
            "content-type": `multipart/form-data; boundary=${boundary}`,
            "content-length": String(before.length + size + after.length)
          },
          body: Readable.from(parts(before, file.path, after)) as unknown as BodyInit
        }),
        SEND_MS
      );
    },
    async put(url, own, file) {
      const {size} = await stat(file);
      // The address itself is the secret.
      const hideAddress = () => hidden;
      await withRetry(
        () =>
          withDeadline(SEND_MS, effects, signal, async (stop) => {
            const answer = await signed.fetch({stop, hide: hideAddress})(url, {
              method: "PUT",
              headers: {...own, "content-length": String(size)},
              body: createReadStream(file) as unknown as BodyInit
            });
            await answer.text();
          }),
        policy,
        effects,
        {signal}
      ).catch(refusalError(name));
    },
    safe: (said) => maskSecrets(said, secrets.values),
    async close() {
      await Promise.all([transport.close(), signed.close()]);
    }
  };
}

async function* parts(before: Buffer, path: string, after: Buffer): AsyncGenerator<Buffer> {
  yield before;
  yield* createReadStream(path) as AsyncIterable<Buffer>;
  yield after;
}

function formHead(boundary: string, fields: Record<string, string>, fileName: string): string {
  const field = ([name, value]: [string, string]) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: application/jsonl\r\n\r\n`;
  return Object.entries(fields).map(field).join("") + file;
}

function searchOf(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

const NEVER_CONNECTED = new Set<unknown>([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT"
]);

/** 4xx answers say that nothing was started, but for a time-out, and for one that says it is there already. */
function mayHaveBeenDone({kind, detail: {status, cause}}: EndpointError): boolean {
  if (status === 409 || status === 408) return true;
  if (status === undefined && kind === "bad-request") return false;
  if ((status !== undefined && status >= 400 && status < 500) || kind === "rate-limit") return false;
  return !NEVER_CONNECTED.has(cause);
}

const refusalError = (name: string) => (error: unknown) => {
  if (!(error instanceof EndpointError)) throw error;
  // The advice about evals' endpoints is of no use here.
  const message = error.message.replace(" Lower -j or set limits on the endpoint.", " Try again later.");
  throw new UserError(`${name}: ${message}`, {cause: error});
};

/** The HTTP status that a service refused with; undefined for other errors. */
export function refusedStatus(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof EndpointError) return cause.detail.status;
  const {status} = (cause ?? {}) as {status?: unknown};
  return typeof status === "number" ? status : undefined;
}

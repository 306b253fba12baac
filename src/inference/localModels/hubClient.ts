import {emptyRecord} from "../../base/validation/memberOf.js";
import type {Agent, Dispatcher, Response} from "undici";
import {connectionError, isLoopback, openProxyAgent} from "../endpoints/index.js";
import {UserError} from "../../base/validation/index.js";

export interface HubAccess {
  /** Default: HF_ENDPOINT, or the public hub. */
  hubUrl?: string;
  /** Default: that of HF_TOKEN. */
  token?: string;
  /** How long the hub may send nothing inside its answer; default 60 s, and five times as long before it. */
  idleMs?: number;
}

/** The hub gave no answer, or one that says nothing of what was asked. */
export class HubUnreachable extends UserError {}

export interface HubDownloads {
  url: string;
  /** An answer of 2xx at an address. Other answers and failures are UserErrors; redirects to other hosts go without the token. */
  get(address: string, how?: {range?: string; signal?: AbortSignal}): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Asks a hub, through the environment's proxy unless it is on this machine.
 * @param asked the repository and revision, for messages
 */
export function hubDownloads(
  {hubUrl, token = process.env.HF_TOKEN, idleMs = 60_000}: HubAccess,
  asked: string
): HubDownloads {
  const url = addressOf(hubUrl ?? process.env.HF_ENDPOINT);
  const {origin} = new URL(url);
  const key = connectionKey(token);
  let opened: ReturnType<typeof openConnections> | undefined;
  return {
    url,
    async get(address, {range, signal} = {}) {
      const {fetch} = await import("undici");
      const headers: Record<string, string> = emptyRecord();
      if (key && new URL(address).origin === origin) headers.authorization = `Bearer ${key}`;
      if (range) headers.range = range;
      opened ??= openConnections(idleMs);
      const response = await opened
        .then(({dispatcher}) => fetch(address, {headers, signal, dispatcher}))
        .catch((cause: unknown) => {
          signal?.throwIfAborted();
          throw unreachable(cause, address);
        });
      if (!response.ok) throw hubRefusal(asked, response.status, key !== undefined);
      return response;
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close();
    }
  };
}

/** The bytes of an answer. A connection that drops inside it is a HubUnreachable. */
export async function* downloadedBytes(response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body as unknown as AsyncIterable<Uint8Array>;
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(cause, response.url);
  }
}

function unreachable(cause: unknown, address: string): HubUnreachable {
  const {message} = connectionError(cause, new URL(address).origin);
  return new HubUnreachable(
    `The hub cannot be reached: ${message} Try again, which continues a download, or fetch the model where there is a network, and name its folder.`,
    {cause}
  );
}

function addressOf(stated: string | undefined): string {
  const url = (stated || "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UserError(
      "HF_ENDPOINT is no http(s) address. Correct it, or leave it unset for the public hub."
    );
  const {username, password} = new URL(url);
  if (username || password)
    throw new UserError("HF_ENDPOINT holds a user or a password. Leave them out, and set HF_TOKEN.");
  return url;
}

function connectionKey(token: string | undefined): string | undefined {
  const key = token?.trim();
  if (!key) return undefined;
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new UserError("The hub's token (HF_TOKEN) holds characters that no header can. Copy it again.");
  return key;
}

async function openConnections(idleMs: number): Promise<{dispatcher: Dispatcher; close(): Promise<void>}> {
  const {Agent: Direct, EnvHttpProxyAgent} = await import("undici");
  const limits = {headersTimeout: 5 * idleMs, bodyTimeout: idleMs};
  const direct: Agent = new Direct(limits);
  const proxied = openProxyAgent(EnvHttpProxyAgent, limits);
  const dispatcher = proxied.compose(
    (dispatch) => (options, handler) =>
      isLoopback(new URL(String(options.origin)).hostname)
        ? direct.dispatch(options, handler)
        : dispatch(options, handler)
  );
  return {
    dispatcher,
    async close() {
      await Promise.all([direct.destroy(), proxied.destroy()]);
    }
  };
}

function hubRefusal(asked: string, status: number, hasKey: boolean): UserError {
  const says = (why: string) => `The hub answered ${status} for ${asked}. ${why}`;
  if (status >= 500 || status === 429) return new HubUnreachable(says("Try again later."));
  if (status === 401 || status === 403)
    return new UserError(
      says(
        hasKey
          ? "HF_TOKEN may not read it. Accept the model's terms on its page, or use another token."
          : "There is no such repository, or it is private or gated: check the name, or set HF_TOKEN."
      )
    );
  return new UserError(
    says(
      status === 404
        ? "There is no such repository or revision. Correct the name, or set HF_TOKEN if it is private."
        : "Try again later."
    )
  );
}

import {createWriteStream} from "node:fs";
import {mkdir, rename, rm, stat} from "node:fs/promises";
import {basename, join} from "node:path";
import {pipeline} from "node:stream/promises";
import type {Dispatcher} from "undici";
import {setTimeout as sleep} from "node:timers/promises";
import {messageOf, readJson, sha256, UserError, writeJsonAtomic} from "../../store/index.js";
import {retryAfterMs} from "../../store/retryAfter.js";
import {withoutSecrets} from "./address.js";

export interface Downloaded {
  /** Where the bytes are. */
  path: string;
  url: string;
  bytes: number;
  etag?: string;
  lastModified?: string;
}

interface DownloadContext {
  dataset: string;
  downloads: string;
  headers?: Record<string, string>;
  onProgress?: (message: string) => void;
}

/** Times a transfer that broke off is taken up again within one pull. */
const RESUMES = 5;

/** Times a busy server is asked again within one pull, and the longest pause that it may ask for. */
const [RETRIES, LONGEST_PAUSE_MS] = [4, 60_000];

/**
 * Fetches a URL into the store's downloads. An unchanged file (by ETag or Last-Modified) is not sent again; a transfer
 * that broke off, in this pull or an earlier one, goes on where it ended if the server still has the same file.
 */
export async function download(url: string, context: DownloadContext): Promise<Downloaded> {
  const folder = join(context.downloads, sha256(url).slice(0, 16));
  await mkdir(folder, {recursive: true});
  const path = join(folder, fileName(url));
  const record = `${path}.json`;
  const partial = `${path}.partial`;
  const partialRecord = `${partial}.json`;
  const kept = (await stat(path).catch(() => undefined)) && (await readJson<Downloaded>(record));
  let busy = 0;
  for (let attempt = 0; ; attempt++) {
    const begun = await readJson<Validators>(partialRecord);
    const have = begun ? ((await stat(partial).catch(() => undefined))?.size ?? 0) : 0;
    const resume = begun && have > 0 ? (begun.etag ?? begun.lastModified) : undefined;
    try {
      const asked: Record<string, string> = {...context.headers};
      if (kept?.etag) asked["if-none-match"] = kept.etag;
      else if (kept?.lastModified) asked["if-modified-since"] = kept.lastModified;
      if (resume) Object.assign(asked, {range: `bytes=${have}-`, "if-range": resume});
      const response = await follow(url, asked);
      const {statusCode, headers, body} = response;
      if (statusCode === 304 && kept) {
        await body.dump();
        return {...kept, path};
      }
      if (statusCode !== 200 && statusCode !== 206) {
        await body.dump();
        if (statusCode === 416) {
          await rm(partialRecord, {force: true});
          if (attempt < RESUMES) continue;
        }
        if (statusCode === 429 || statusCode === 503) {
          await pauseFor(url, response, busy++, context);
          continue;
        }
        throw new UserError(
          `dataset ${context.dataset}: ${withoutSecrets(url)} answered ${statusCode}. Check the address, and its \`headers\` if it needs a key.`
        );
      }
      const validators = validatorsOf(headers);
      if (statusCode === 206) context.onProgress?.(`resuming ${withoutSecrets(url)} at byte ${have}`);
      else await writeJsonAtomic(partialRecord, validators);
      await pipeline(body, createWriteStream(partial, {flags: statusCode === 206 ? "a" : "w"}));
      const bytes = (await stat(partial)).size;
      const downloaded = {url: withoutSecrets(url), bytes, ...(statusCode === 206 ? begun : validators)};
      // The record goes first: without it a whole file would be taken for the older one it replaces.
      await rm(record, {force: true});
      await rename(partial, path);
      await writeJsonAtomic(record, downloaded);
      await rm(partialRecord, {force: true});
      return {...downloaded, path};
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      if (attempt >= RESUMES)
        throw new UserError(
          `dataset ${context.dataset}: ${withoutSecrets(url)} broke off ${attempt + 1} times (${messageOf(cause)}). Pull again to go on where it ended.`,
          {cause}
        );
    }
  }
}

/** Waits as long as a busy server asks, or longer each time. Throws UserError when that is too long, or was tried too often. */
async function pauseFor(
  url: string,
  {statusCode, headers}: Dispatcher.ResponseData,
  before: number,
  {dataset, onProgress}: DownloadContext
): Promise<void> {
  const asked = retryAfterMs((name) => [headers[name]].flat()[0], Date.now());
  const pause = asked ?? 1000 * 2 ** before;
  const address = withoutSecrets(url);
  const seconds = Math.ceil(pause / 1000);
  if (before >= RETRIES || pause > LONGEST_PAUSE_MS)
    throw new UserError(
      `dataset ${dataset}: ${address} is busy: it answered ${statusCode}${before > 0 ? ` ${before + 1} times` : ""}${asked === undefined ? "" : ` and asks to wait ${seconds} s`}. Pull again later.`
    );
  onProgress?.(`${address} is busy (${statusCode}): asking again in ${seconds} s`);
  await sleep(pause);
}

interface Validators {
  etag?: string;
  lastModified?: string;
}

/** A weak ETag does not promise the same bytes, so it cannot be resumed from. */
function validatorsOf(headers: Record<string, string | string[] | undefined>): Validators {
  const [etag, lastModified] = [headers.etag, headers["last-modified"]].map((value) => [value].flat()[0]);
  return {
    etag: etag && !etag.startsWith("W/") ? etag : undefined,
    lastModified: lastModified || undefined
  };
}

/** Follows redirects; headers of the loader stay with the origin they were meant for. */
async function follow(
  url: string,
  headers: Record<string, string>,
  left = 5
): Promise<Dispatcher.ResponseData> {
  const {request} = await import("undici");
  const response = await request(url, {headers: {...headers, "accept-encoding": "identity"}});
  const to = [response.headers.location].flat()[0];
  if (
    response.statusCode < 300 ||
    response.statusCode >= 400 ||
    response.statusCode === 304 ||
    !to ||
    left === 0
  )
    return response;
  await response.body.dump();
  const next = new URL(to, url);
  return follow(next.href, headersFor(next, new URL(url), headers), left - 1);
}

/**
 * The headers that a request redirected from one address to another keeps: all of them at the same origin, else those
 * alone that say which bytes are wanted. The same host without TLS is another origin.
 */
export function headersFor(to: URL, from: URL, headers: Record<string, string>): Record<string, string> {
  const conditional = /^(if-|range$)/i;
  return to.origin === from.origin
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => conditional.test(name)));
}

/** The last part of the path, so that its ending still tells the format. */
function fileName(url: string): string {
  return basename(new URL(url).pathname).replace(/[^\w.-]/g, "_") || "file";
}

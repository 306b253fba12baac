import {createWriteStream} from "node:fs";
import {rename, rm, stat} from "node:fs/promises";
import {basename, join} from "node:path";
import {pipeline} from "node:stream/promises";
import type {Dispatcher} from "undici";
import {setTimeout as sleep} from "node:timers/promises";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {
  isDiskFull,
  readJson,
  refusedByMachine,
  sha256,
  writeJsonAtomic,
  makeFolder
} from "../../../base/system/index.js";
import {withLease} from "../../../base/store/lease.js";
import {LocalFolder} from "../../../base/store/storage/localFolder.js";
import {retryAfterMs} from "../../../base/system/waits.js";
import {withoutSecrets, withUser} from "./address.js";
import {follow} from "./follow.js";
import {IDLE_MS, stalled} from "./idle.js";
import {counted, type Transfer} from "./transfer.js";

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
  /** Told at every piece that comes. */
  onTransfer?: (transfer: Transfer) => void;
  /** How long a server may send nothing inside its answer; default 60 s, and five times as long before it. */
  idleMs?: number;
}

/** Times a transfer that broke off is taken up again within one pull. */
const RESUMES = 5;

/** Times a busy server is asked again within one pull, and the longest pause that it may ask for. */
const [RETRIES, LONGEST_PAUSE_MS] = [4, 60_000];

/** How long another pull's transfer from the same address is waited for. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Fetches a URL into the store's downloads. An unchanged file (by ETag or Last-Modified) is not sent again; a transfer
 * that broke off, in this pull or an earlier one, goes on where it ended if the server still has the same file. One pull at
 * a time fetches from an address. A server that sends nothing for a minute inside its answer, or for five before it, is asked again.
 */
export async function download(url: string, context: DownloadContext): Promise<Downloaded> {
  const folder = join(context.downloads, sha256(url).slice(0, 16));
  await makeFolder(folder);
  const what = `a download of ${withoutSecrets(url)}`;
  const lease = {what, waitMs: LONGEST_WAIT_MS, onWait: context.onProgress};
  return withLease(new LocalFolder(folder), "lease.json", lease, () =>
    fetched(url, join(folder, fileName(url)), context)
  );
}

async function fetched(url: string, path: string, context: DownloadContext): Promise<Downloaded> {
  const record = `${path}.json`;
  const partial = `${path}.partial`;
  const partialRecord = `${partial}.json`;
  const kept = await keptAt(path, record);
  const address = withoutSecrets(url);
  const {idleMs = IDLE_MS} = context;
  let busy = 0;
  for (let attempt = 0; ; attempt++) {
    const {begun, have, resume} = await leftAt(partial, partialRecord);
    try {
      const asked = withUser(url, context.headers);
      if (kept?.etag) asked["if-none-match"] = kept.etag;
      else if (kept?.lastModified) asked["if-modified-since"] = kept.lastModified;
      if (resume) Object.assign(asked, {range: `bytes=${have}-`, "if-range": resume});
      const response = await follow(url, asked, {dataset: context.dataset, idleMs});
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
          `dataset ${context.dataset}: ${address} answered ${statusCode}. Check the address, its user and password if it has them, and its \`headers\` if it needs a key.`
        );
      }
      const isRest = statusCode === 206;
      if (isRest && !(begun && isRestOf(begun, have, headers))) {
        await body.dump();
        await rm(partialRecord, {force: true});
        throw new Error("it sent a part that does not follow what was there");
      }
      const of: BegunTransfer = isRest ? begun! : {...validatorsOf(headers), total: totalOf(headers)};
      if (isRest) context.onProgress?.(`resuming ${address} at byte ${have}`);
      else {
        // Before its record: bytes of another edition must never stand under these validators.
        await rm(partial, {force: true});
        await writeJsonAtomic(partialRecord, of);
      }
      const begins = {url: address, bytes: isRest ? have : 0, total: of.total};
      const pieces = counted(body, begins, context.onTransfer);
      await pipeline(pieces, createWriteStream(partial, {flags: isRest ? "a" : "w"}));
      const bytes = await sizeOf(partial);
      const total = of.total ?? totalOf(headers);
      if (total !== undefined && bytes !== total) {
        if (bytes > total) await rm(partialRecord, {force: true});
        throw new Error(`${bytes} bytes of ${total} came`);
      }
      const {etag, lastModified} = of;
      const downloaded = {url: withoutSecrets(url), bytes, etag, lastModified};
      // The record goes first: without it a whole file would be taken for the older one it replaces.
      await rm(record, {force: true});
      await rename(partial, path);
      await writeJsonAtomic(record, {...downloaded, whole: true} satisfies KeptDownload);
      await rm(partialRecord, {force: true});
      return {...downloaded, path};
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      if (isDiskFull(cause))
        throw new UserError(`dataset ${context.dataset}: ${refusedByMachine(cause, partial)}`, {cause});
      const why = messageOf(stalled(cause, idleMs) ?? cause);
      if (attempt >= RESUMES) {
        const again = (await leftAt(partial, partialRecord)).resume
          ? "Pull again to go on where it ended."
          : "Pull again when the server can send it.";
        throw new UserError(
          `dataset ${context.dataset}: ${address} broke off ${attempt + 1} times (${why}). ${again}`,
          {cause}
        );
      }
      context.onProgress?.(`${address} broke off (${why}): asking again, ${attempt + 1} of ${RESUMES}`);
    }
  }
}

/** The record of a file that was kept. */
interface KeptDownload extends Omit<Downloaded, "path"> {
  /** Its size was compared with what the server said; files of before are fetched once more. */
  whole?: boolean;
}

/** What is known of the file at a path, when it is as long as its record says. */
async function keptAt(path: string, record: string): Promise<Omit<Downloaded, "path"> | undefined> {
  const {whole, ...kept} = (await readJson<KeptDownload>(record)) ?? ({bytes: -1, url: ""} as KeptDownload);
  return whole && (await sizeOf(path)) === kept.bytes ? kept : undefined;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What is there of a transfer that broke off; `resume` is the validator with which it can go on. */
async function leftAt(partial: string, record: string) {
  const begun = await readJson<BegunTransfer>(record);
  const have = begun ? await sizeOf(partial) : 0;
  return {begun, have, resume: begun && have > 0 ? (begun.etag ?? begun.lastModified) : undefined};
}

type ResponseHeaders = Record<string, string | string[] | undefined>;

const headerOf = (headers: ResponseHeaders, name: string) => [headers[name]].flat()[0];

/** The size of the whole file, as a server states it with all of it or a part. */
function totalOf(headers: ResponseHeaders): number | undefined {
  const range = headerOf(headers, "content-range");
  const said = range === undefined ? headerOf(headers, "content-length") : /\/(\d+)$/.exec(range)?.[1];
  return said === undefined ? undefined : Number(said);
}

/** Servers exist that send a part of whatever file they have now, whatever If-Range says. */
function isRestOf(begun: BegunTransfer, have: number, headers: ResponseHeaders): boolean {
  const start = /^bytes (\d+)-/.exec(headerOf(headers, "content-range") ?? "")?.[1];
  const total = totalOf(headers);
  const now = validatorsOf(headers);
  return (
    start === String(have) &&
    (begun.total === undefined || total === undefined || total === begun.total) &&
    (begun.etag === undefined ? now.lastModified === begun.lastModified : now.etag === begun.etag)
  );
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

/** A transfer under way: which edition of the file it is of, and how many bytes that has. */
interface BegunTransfer extends Validators {
  total?: number;
}

/** A weak ETag does not promise the same bytes, so it cannot be resumed from. */
function validatorsOf(headers: ResponseHeaders): Validators {
  const etag = headerOf(headers, "etag");
  return {
    etag: etag && !etag.startsWith("W/") ? etag : undefined,
    lastModified: headerOf(headers, "last-modified") || undefined
  };
}

/** The last part of the path, so that its ending still tells the format. */
function fileName(url: string): string {
  return basename(new URL(url).pathname).replace(/[^\w.-]/g, "_") || "file";
}

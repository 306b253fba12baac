import {type Duplex, pipeline, type Readable} from "node:stream";
import {createBrotliDecompress, createGunzip, createInflate} from "node:zlib";
import type {AttemptDeadline} from "./deadline.js";
import {EndpointError} from "./types.js";

const maxErrorBytes = 64 * 1024;
/** The log probabilities of a long answer take tens of megabytes; more than this is no completion. */
export const maxAnswerBytes = 128 * 1024 * 1024;

const unpackers: Record<string, () => Duplex> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress
};

/** Names of encodings are read in any case: RFC 9110, 8.4.1. */
const unpackerOf = (encoding: string | undefined) => unpackers[(encoding ?? "").trim().toLowerCase()];

export const isCompressed = (encoding: string | undefined) => unpackerOf(encoding) !== undefined;

/** Some gateways compress although nobody asked them to. Other encodings are left to fail as what they are not. */
export function unpacked(body: Readable, encoding: string | undefined): Readable {
  const unpack = unpackerOf(encoding);
  // The callback keeps a connection that drops from being thrown where nobody listens: the reader sees it.
  return unpack ? pipeline(body, unpack(), () => undefined) : body;
}

export async function readWhole(body: Readable): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of limitedChunks(body)) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

async function* limitedChunks(body: Readable): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxAnswerBytes) throw answerTooLarge();
    yield part;
  }
}

export function answerTooLarge(): EndpointError {
  return new EndpointError(
    "malformed",
    `The server's answer is larger than ${maxAnswerBytes >> 20} MiB, and was not read on.`
  );
}

export function readerOf(body: Readable, stop: AttemptDeadline) {
  const chunks = limitedChunks(body);
  let ended = false;
  const read = async () => {
    const result = await chunks.next().catch((error: unknown) => {
      if (stop.reason) throw stop.reason;
      if (error instanceof EndpointError) throw error;
      throw new EndpointError("truncated-stream", "The connection was dropped inside the stream.");
    });
    ended = Boolean(result.done);
    return result;
  };
  // Reading on to the end returns the connection to the pool; a server that never ends loses it.
  const releaseLock = () => {
    if (ended) return;
    const timer = setTimeout(() => body.destroy(), 1000);
    const drain = async () => {
      while (!(await chunks.next()).done);
    };
    drain()
      .catch(() => undefined)
      .finally(() => clearTimeout(timer));
  };
  return {read, releaseLock};
}

export async function readBeginning(body: Readable): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of limitedChunks(body)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxErrorBytes) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

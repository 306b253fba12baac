import {setTimeout as sleep} from "node:timers/promises";
import type {S3Client} from "@aws-sdk/client-s3";

export interface TryAgainOptions {
  /** How long a server that has answered is tried again while it only fails, is silent or limits the rate. */
  giveUpMs: number;
  /** After how long it is first told that nothing comes; again after so long. */
  tellMs?: number;
}

let tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Who tells a person that the store's server is waited for; standard error unless set. */
export function tellServerWaits(how: (text: string) => void): void {
  tell = how;
}

const LONGEST_PAUSE_MS = 10_000;

/**
 * Lets a client send its requests again until the server has failed for `giveUpMs`, and tells of each wait. A server that never
 * answered is given up after the client's own tries: its address may be wrong.
 */
export function tryAgain(client: S3Client, name: string, {giveUpMs, tellMs = 10_000}: TryAgainOptions): void {
  const send = client.send.bind(client) as (...words: unknown[]) => Promise<unknown>;
  let answered = false;
  let waiting = 0;
  const again = async (...words: unknown[]): Promise<unknown> => {
    const since = performance.now();
    let why = "does not answer";
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - since) / 1000);
      // One of many requests speaks for all.
      if (waiting === 1 || seconds * 1000 < 2 * tellMs)
        tell(`${name} ${why} for ${seconds} s; it is tried again for ${Math.round(giveUpMs / 1000)} s.`);
    }, tellMs);
    timer.unref();
    waiting++;
    try {
      for (let n = 0; ; n++)
        try {
          const done = await send(...words);
          answered = true;
          return done;
        } catch (error) {
          const status = statusOf(error);
          answered ||= status !== undefined;
          const pauseMs = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** n);
          const isOver = performance.now() - since + pauseMs > giveUpMs;
          if (!answered || !mayPass(status, error) || isOver) throw error;
          if (status !== undefined) why = `answers with status ${status}`;
          await sleep(pauseMs);
        }
    } finally {
      waiting--;
      clearInterval(timer);
    }
  };
  client.send = again as S3Client["send"];
}

/** The HTTP status that a server answered with; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const {$metadata, status} = (error ?? {}) as {$metadata?: {httpStatusCode?: number}; status?: number};
  return $metadata?.httpStatusCode ?? status;
}

/** Whether the same request may be answered later: no answer came, or one of a server in trouble. */
function mayPass(status: number | undefined, error: unknown): boolean {
  if (status !== undefined) return status >= 500 || status === 429;
  const {name = "", code = ""} = error as {name?: string; code?: string};
  return /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError|NetworkingError|socket hang up/.test(
    `${name} ${code} ${String(error)}`
  );
}

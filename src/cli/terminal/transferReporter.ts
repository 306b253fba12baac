import {SingleBar} from "cli-progress";
import type {Transfer} from "../../data/datasets/index.js";
import {barLine} from "./barLine.js";
import {logsJson} from "./log.js";
import {outputWidth} from "./outputWidth.js";
import {duration} from "./duration.js";
import {note, printable} from "./terminal.js";

export interface TransferReporter {
  show(transfer: Transfer): void;
  message(text: string): void;
  end(): void;
}

const PLAIN_EVERY_MS = 10_000;

interface Payload {
  title: string;
  figures: string[];
}

/** What a pull says of its files on standard error: a bar while one comes, on a terminal, and lines every ten seconds elsewhere. */
export function transferReporter(title: string, now = Date.now): TransferReporter {
  const said = (text: string) => `${title}: ${text}`;
  const pace = paceOf(now);
  if (!process.stderr.isTTY || process.env.CI || logsJson()) {
    let last = now();
    return {
      show(transfer) {
        const figures = pace(transfer);
        if (now() - last < PLAIN_EVERY_MS) return;
        last = now();
        const {url, bytes, total} = transfer;
        note(said([`${url}: ${figures[0]}`, ...figures.slice(1)].join(", ")), {url, bytes, total});
      },
      message: (text) => note(said(text)),
      end: () => undefined
    };
  }
  const bar = new SingleBar({
    format: (_options, {value, total}, {title: named, figures}: Payload) =>
      barLine(
        {title: named, value, total, counts: figures[0], figures: figures.slice(1)},
        outputWidth(process.stderr)
      ),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true
  });
  let started = false;
  const end = () => {
    if (started) bar.stop();
    started = false;
  };
  return {
    show(transfer) {
      const {url, bytes, total = 0} = transfer;
      const payload: Payload = {title: printable(said(url)), figures: pace(transfer)};
      if (!started) bar.start(total, bytes, payload);
      started = true;
      bar.setTotal(total);
      bar.update(bytes, payload);
      if (bytes === total) end();
    },
    message(text) {
      end();
      note(said(text));
    },
    end
  };
}

/** Bytes that came of how many, rate and time left of the transfer that is told. */
function paceOf(now: () => number): (transfer: Transfer) => string[] {
  let begun: {url: string; at: number; bytes: number} | undefined;
  return ({url, bytes, total}) => {
    if (begun?.url !== url || bytes < begun.bytes) begun = {url, at: now(), bytes};
    const seconds = (now() - begun.at) / 1000;
    const rate = seconds > 1 ? (bytes - begun.bytes) / seconds : 0;
    const figures = [total === undefined ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(total)}`];
    if (rate > 0) figures.push(`${megabytes(rate)}/s`);
    if (rate > 0 && total !== undefined) figures.push(`${duration((total - bytes) / rate)} left`);
    return figures;
  };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

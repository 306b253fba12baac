import type {RunProgress} from "../../evals/runner/index.js";
import {barLine} from "./barLine.js";
import {duration, timed} from "./duration.js";
import {SingleBar} from "cli-progress";
import {type LogFields, logLine, logsJson} from "./log.js";
import {outputWidth} from "./outputWidth.js";
import {note, printable} from "./terminal.js";

/** A bar that keeps no process alive by drawing itself: what waits for nothing that can come is noticed when there is no more to do. */
class IdleBar extends SingleBar {
  override render(): void {
    super.render();
    (this as unknown as {timer: NodeJS.Timeout | null}).timer?.unref();
  }
}

export interface Reporter {
  progress(progress: RunProgress): void;
  message(text: string): void;
  end(): void;
}

const PLAIN_EVERY_MS = 10_000;
/** How far a training is. What is said once, such as a round of a race, has no such count. */
const COUNT = /\d of \d/;

/**
 * A bar with rate, time left and cost on a terminal; plain lines elsewhere; lines with `fields` in a JSON log, quiet or not.
 * All of it goes to standard error.
 */
export function createReporter(title: string, quiet = false, fields: LogFields = {}): Reporter {
  if (logsJson()) return jsonReporter(title, fields);
  if (quiet) return {progress: () => undefined, message: () => undefined, end: () => undefined};
  return process.stderr.isTTY && !process.env.CI ? barReporter(title) : plainReporter(title);
}

/** Takes the bar that is drawn off the screen: what another reporter says would stand behind it. */
let clearBar: () => void = () => undefined;

type BarPayload = {title: string} & ReturnType<typeof figures>;

function barReporter(title: string): Reporter {
  const bar = new IdleBar({
    format: (_options, {value, total}, {title: named, rate, left, cost, failed, waits}: BarPayload) =>
      barLine(
        {title: named, value, total, figures: [rate, left, cost, failed, waits]},
        outputWidth(process.stderr)
      ),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50
  });
  const message = messages(title);
  let started = false;
  const stop = () => {
    if (started) bar.stop();
    started = false;
  };
  return {
    progress(progress) {
      if (progress.planned === 0) return;
      const payload: BarPayload = {title: printable(title), ...figures(progress)};
      if (!started) bar.start(progress.planned, progress.done, payload);
      started = true;
      clearBar = stop;
      bar.update(progress.done, payload);
      if (progress.phase === "done") stop();
    },
    message(text) {
      message(text, () => clearBar());
    },
    end: stop
  };
}

function jsonReporter(title: string, fields: LogFields): Reporter {
  let last = 0;
  return {
    progress({planned, ratePerSecond, etaSeconds, candidates, ...progress}) {
      if (Date.now() - last < PLAIN_EVERY_MS && progress.phase !== "done") return;
      last = Date.now();
      logLine(`${title}: ${progress.done}/${planned}`, {
        ...fields,
        ...progress,
        total: planned,
        ratePerSecond: rounded(ratePerSecond),
        etaSeconds: rounded(etaSeconds)
      });
      if (progress.phase !== "done") return;
      for (const {name, ...counts} of candidates)
        logLine(`${title}: ${name}`, {...fields, candidate: name, ...counts});
    },
    message: (text) => logLine(`${title}: ${text}`, fields),
    end: () => undefined
  };
}

const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toFixed(2)));

function plainReporter(title: string): Reporter {
  let last = 0;
  return {
    progress(progress) {
      if (Date.now() - last < PLAIN_EVERY_MS || progress.phase === "done") return;
      last = Date.now();
      const {rate, left, cost, failed, waits} = figures(progress);
      note(
        timed(
          [`${title}: ${progress.done}/${progress.planned}`, rate, left, cost, failed, waits]
            .filter(Boolean)
            .join(", ")
        )
      );
    },
    message: messages(title),
    end: () => undefined
  };
}

/** A line for each message, but for counts in the same words, which come every ten seconds. */
function messages(title: string): (text: string, beforehand?: () => void) => void {
  const told = new Map<string, number>();
  return (text, beforehand) => {
    const words = text.replace(/[\d.]+/g, "#");
    if (COUNT.test(text) && Date.now() - (told.get(words) ?? 0) < PLAIN_EVERY_MS) return;
    told.set(words, Date.now());
    beforehand?.();
    note(timed(`${title}: ${text}`));
  };
}

function figures({ratePerSecond, etaSeconds, costUsd, failed, waits = []}: RunProgress): {
  rate: string;
  left: string;
  cost: string;
  failed: string;
  waits: string;
} {
  return {
    rate:
      ratePerSecond === undefined
        ? ""
        : `${ratePerSecond < 10 ? ratePerSecond.toFixed(1) : Math.round(ratePerSecond)}/s`,
    left: etaSeconds === undefined ? "" : `${duration(etaSeconds)} left`,
    cost: costUsd === undefined ? "" : `$${costUsd.toFixed(4)}`,
    failed: failed > 0 ? `${failed} failed` : "",
    waits: printable(
      waits
        .map(
          ({endpoint, why, seconds}) =>
            `${endpoint}: ${why}, asking again ${seconds > 0 ? `in ${duration(seconds)}` : "now"}`
        )
        .join(", ")
    )
  };
}

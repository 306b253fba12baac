import {randomBytes} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import type {AttemptOutcome} from "../../inference/endpoints/index.js";
import type {CallOutcome} from "../runner/index.js";
import {PassingMap} from "../../base/system/passing.js";
import {answerKey, EXPIRES, runKeys} from "./names.js";
import {type JobData, readMessage, sessionOf, type Told, type Word} from "./protocol.js";
import {pipelined, type Redis} from "./redis.js";
import type {Sealing} from "./sealing.js";

export interface EndedCall {
  /** Where it is noted that the call has ended. */
  marks: string;
  place: number;
  /** Called when the coordinator has received the outcome, or nobody waits for it. */
  received(): void;
}

/** What a worker tells the coordinators of runs, and what it hears of them. */
export interface Telling {
  /** Keeps an outcome where its coordinator, or the next one, finds it. */
  ended(job: JobData, outcome: CallOutcome, call: EndedCall): void;
  tell(scope: string, told: Told): void;
  question(scope: string, key: string, failed: AttemptOutcome, signal: AbortSignal): Promise<boolean>;
  /** Resolves when all that was told is with the server. */
  written(): Promise<void>;
  /** Begins to listen to a run; resolves when it does, or after a time: `check` hears what words would have said. */
  hear(scope: string): Promise<void>;
  /** Once a second: what a lost word would have said. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface TellingSetup {
  redis: Redis;
  sealing: Sealing;
  onAbort(scope: string): void;
  onLook(): void;
}

interface Run {
  session: string;
  heard: Promise<unknown>;
  isHeard: boolean;
  /** Ended calls that wait to be received, by their keys. */
  waiting: PassingMap<{call: EndedCall; session: string; since: number}>;
}

/** Calls of one run that ended in one turn of the event loop. */
interface EndedBatch {
  /** Sealed, by their keys. */
  outcomes: Map<string, string>;
  /** The places of those of one job, by where they are noted. */
  marks: Map<string, number[]>;
}

function endedCommands(scope: string, {outcomes, marks}: EndedBatch): (string | number)[][] {
  const {done, told} = runKeys(scope);
  return [
    ["HSET", done, ...[...outcomes].flat()],
    ["EXPIRE", done, EXPIRES],
    ...[...marks].map(([key, places]) => ["HSET", key, ...places.flatMap((place) => [place, "e"])]),
    ["RPUSH", told, JSON.stringify({ended: [...outcomes.keys()]} satisfies Told)],
    ["EXPIRE", told, EXPIRES]
  ];
}

/** A call that was not acknowledged for so long is looked for. */
const LOOK_AFTER_MS = 2000;
/** A question that was not answered for so long is asked again: it, or its answer, may be lost. */
const ASK_AGAIN_MS = 3000;

/** @param listener a connection of its own, for the words of coordinators */
export function createTelling({redis, sealing, onAbort, onLook}: TellingSetup, listener: Redis): Telling {
  const runs = new Map<string, Run>();
  const answers = new Map<string, (allowed: boolean) => void>();
  let commands: (string | number)[][] = [];
  let ended = new Map<string, EndedBatch>();
  let flushing: Promise<void> | undefined;

  const runOf = (scope: string): Run => {
    let run = runs.get(scope);
    if (!run) {
      runs.set(
        scope,
        (run = {session: "", heard: Promise.resolve(), isHeard: false, waiting: new PassingMap()})
      );
      listen(scope, run);
    }
    return run;
  };
  const listen = (scope: string, run: Run) => {
    run.heard = listener.subscribe(runKeys(scope).channel).then(
      () => (run.isHeard = true),
      () => undefined
    );
  };
  const receive = (run: Run, key: string) => {
    const waiting = run.waiting.get(key);
    if (!waiting) return;
    run.waiting.delete(key);
    waiting.call.received();
  };
  const receiveAll = (run: Run, but = "") => {
    for (const [key, {session}] of run.waiting) if (session !== but) receive(run, key);
  };

  listener.on("message", (channel, message) => {
    const scope = channel.slice(runKeys("").channel.length);
    const run = runs.get(scope);
    if (!run) return;
    const word = readMessage<Word>(message);
    // Not of a coordinator of this release.
    if (!word) return;
    if ("received" in word) for (const key of [word.received].flat()) receive(run, key);
    else if ("answered" in word) answers.get(word.answered)?.(word.allowed);
    else if ("abort" in word) onAbort(scope);
    else {
      if ("session" in word) receiveAll(run, word.session);
      onLook();
    }
  });

  const push = (scope: string, told: Told) => {
    const {told: list} = runKeys(scope);
    commands.push(["RPUSH", list, JSON.stringify(told)], ["EXPIRE", list, EXPIRES]);
    flush();
  };
  const sendAll = async () => {
    const sent = [...commands, ...[...ended].flatMap(([scope, batch]) => endedCommands(scope, batch))];
    commands = [];
    ended = new Map();
    for (let tries = 0; ; tries++)
      try {
        await pipelined(redis, sent);
        return;
      } catch (error) {
        // Read-only, out of memory, loading: nothing may be lost that was paid for.
        if (tries >= 600) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
  };
  const flush = () => {
    flushing ??= (async () => {
      // What ends in one turn of the event loop is told at once.
      await new Promise(setImmediate);
      try {
        while (commands.length > 0 || ended.size > 0) await sendAll();
      } finally {
        // At once, not by the promise's own `finally`: what is pushed before that is called would wait for the next push.
        flushing = undefined;
      }
    })();
    flushing.catch(() => undefined);
  };

  return {
    ended({scope, generation}, outcome, call) {
      const run = runOf(scope);
      const {key} = outcome;
      const session = sessionOf(generation);
      receive(run, key);
      run.waiting.set(key, {call, session, since: performance.now()});
      let batch = ended.get(scope);
      if (!batch) ended.set(scope, (batch = {outcomes: new Map(), marks: new Map()}));
      batch.outcomes.set(key, sealing.seal(outcome, key));
      const places = batch.marks.get(call.marks);
      if (places) places.push(call.place);
      else batch.marks.set(call.marks, [call.place]);
      flush();
    },
    tell: push,
    async question(scope, key, failed, signal) {
      const question = randomBytes(8).toString("hex");
      const ask = () => push(scope, {question, key, failed});
      ask();
      let askedAt = performance.now();
      return new Promise<boolean>((resolve) => {
        const end = (allowed: boolean) => {
          clearInterval(timer);
          signal.removeEventListener("abort", refuse);
          answers.delete(question);
          resolve(allowed);
        };
        const refuse = () => end(false);
        const timer = setInterval(() => {
          void Promise.all([
            redis.call("GET", answerKey(question)),
            redis.call("EXISTS", runKeys(scope).run)
          ]).then(
            ([answer, lives]) => {
              if (answer !== null) end(answer === "1");
              else if (lives === 0) end(false);
              else if (performance.now() - askedAt > ASK_AGAIN_MS) {
                askedAt = performance.now();
                ask();
              }
            },
            () => undefined
          );
        }, 1000);
        signal.addEventListener("abort", refuse);
        answers.set(question, end);
      });
    },
    async written() {
      while (flushing) await flushing;
    },
    async hear(scope) {
      // A subscription that was sent as the server died may never be answered: `check` sends it again.
      await Promise.race([runOf(scope).heard, sleep(LOOK_AFTER_MS, undefined, {ref: false})]);
    },
    async check() {
      for (const [scope, run] of runs) {
        const keys = runKeys(scope);
        if (!run.isHeard) listen(scope, run);
        const [session, aborted] = (await redis.call("HMGET", keys.run, "session", "aborted")) as (
          string | null
        )[];
        if (aborted) onAbort(scope);
        // Nobody waits for it: what has ended is kept for the next start.
        if (session !== run.session) receiveAll(run, session ?? "");
        run.session = session ?? "";
        const late = [...run.waiting].filter(([, {since}]) => performance.now() - since > LOOK_AFTER_MS);
        if (late.length > 0) {
          const kept = (await redis.call("HMGET", keys.done, ...late.map(([key]) => key))) as unknown[];
          late.forEach(([key], i) => {
            if (kept[i] === null) receive(run, key);
          });
        }
        if (session === null && run.waiting.size === 0) {
          runs.delete(scope);
          await listener.unsubscribe(keys.channel);
        }
      }
    },
    async close() {
      while (flushing) await flushing;
      listener.disconnect();
    }
  };
}

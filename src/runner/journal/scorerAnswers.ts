import {createReadStream} from "node:fs";
import {createInterface} from "node:readline";
import type {Completion} from "../../endpoints/types.js";
import {hasRunFile, runIds, runPath, type Workspace} from "../../store/index.js";
import {type AppendLog, openAppendLog} from "./appendLog.js";

/** What scorers were answered, by what they asked: a score that was lost on the way does not pay for its answer again. */
export interface ScorerAnswers {
  /** Calls of this run's earlier starts that gave an answer, and US dollars; undefined while none has stated its cost. */
  readonly before: {calls: number; costUsd?: number};
  find(key: string): Completion | undefined;
  /** Resolves when a kill of this process cannot lose the answer. */
  keep(key: string, completion: Completion): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  key: string;
  completion: Completion;
}

/**
 * Answers known from earlier that memory holds at most, and characters of them (vectors are long); the newest are those of the
 * run itself.
 */
const MOST_KNOWN = 200_000;
const MOST_CHARACTERS = 128e6;

/**
 * Opens the answers of a run, with those that it and other runs of the store were given before; of the run alone with
 * `ownOnly`.
 */
export async function openScorerAnswers(
  workspace: Workspace,
  runId: string,
  {ownOnly = false}: {ownOnly?: boolean} = {}
): Promise<ScorerAnswers> {
  const known = new Map<string, Completion>();
  let characters = 0;
  const forget = (key: string) => {
    characters -= known.get(key)?.text.length ?? 0;
    known.delete(key);
  };
  const others = ownOnly ? [] : (await runIds(workspace)).filter((id) => id !== runId);
  const before: ScorerAnswers["before"] = {calls: 0};
  for (const id of [...others, runId])
    for await (const {key, completion} of linesOf(workspace, id)) {
      forget(key);
      known.set(key, completion);
      characters += completion.text.length;
      while (known.size > MOST_KNOWN || characters > MOST_CHARACTERS) forget(known.keys().next().value!);
      if (id !== runId) continue;
      before.calls++;
      if (completion.costUsd !== undefined) before.costUsd = (before.costUsd ?? 0) + completion.costUsd;
    }
  let log: Promise<AppendLog> | undefined;
  const opened = () => (log ??= openAppendLog(runPath(workspace, runId, "scorer-answers.ndjson")));
  return {
    before,
    find: (key) => known.get(key),
    async keep(key, completion) {
      await (await opened()).append({key, completion: withoutLogprobs(completion)} satisfies Line);
    },
    async close() {
      await (await log)?.close();
    }
  };
}

async function* linesOf(workspace: Workspace, id: string): AsyncGenerator<Line> {
  if (!(await hasRunFile(workspace, id, "scorer-answers.ndjson"))) return;
  const input = createReadStream(runPath(workspace, id, "scorer-answers.ndjson"));
  for await (const line of createInterface({input, crlfDelay: Infinity})) {
    const read = parsed(line);
    if (read) yield read;
  }
}

/** Undefined for a line that a kill tore. */
function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

const withoutLogprobs = (completion: Completion): Completion => ({...completion, logprobs: undefined});

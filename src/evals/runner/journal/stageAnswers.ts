import {rm} from "node:fs/promises";
import type {Completion} from "../../../inference/endpoints/types.js";
import {runPath, type Workspace} from "../../../base/store/index.js";
import {type AppendLog, openAppendLog} from "./appendLog.js";
import {logLines} from "./logLines.js";

/**
 * What models of cascades and reranked candidates have answered to requests that were not answered as a whole: when such a
 * request is made again, by this start or a later one, they are not paid for again.
 */
export interface StageAnswers {
  /** @param key of the request  @param id of the question among those of the request */
  find(key: string, id: string): StageAnswer | undefined;
  /** Resolves when a kill of this process cannot lose the answer. */
  keep(key: string, id: string, answer: {completion: Completion; endpoint: string}): Promise<void>;
  /** To be told when the request's outcome is journaled. */
  ended(key: string, answered: boolean): void;
  /** Names of the endpoints that gave those of before. */
  readonly endpoints: ReadonlySet<string>;
  close(): Promise<void>;
}

export interface StageAnswer {
  completion: Completion;
  /** It was given to an earlier start of the run. */
  earlier: boolean;
}

type StageAnswerLine =
  | {key: string; id: string; completion: Completion; endpoint?: string; answered?: undefined}
  | {key: string; answered: true};

const FILE = "stage-answers.ndjson";

/** Characters of earlier answers that memory holds at most. */
const MOST_CHARACTERS = 128e6;

/** Opens the answers of a run, with those of its earlier starts. */
export async function openStageAnswers(workspace: Workspace, runId: string): Promise<StageAnswers> {
  const {known, complete, endpoints} = await earlierAnswers(workspace, runId);
  let log: Promise<AppendLog> | undefined;
  const opened = () => (log ??= openAppendLog(runPath(workspace, runId, FILE)));
  let isNeeded = !complete;
  return {
    find: (key, id) => known.get(key)?.get(id),
    endpoints,
    async keep(key, id, {completion, endpoint}) {
      answersOfRequest(known, key).set(id, {completion, earlier: false});
      await (await opened()).append({key, id, completion, endpoint} satisfies StageAnswerLine);
    },
    ended(key, answered) {
      if (!known.delete(key)) return;
      if (!answered) isNeeded = true;
      else
        void opened()
          .then((one) => one.push({key, answered} satisfies StageAnswerLine))
          .catch(() => undefined);
    },
    async close() {
      await (await log)?.close();
      if (!isNeeded && known.size === 0) await rm(runPath(workspace, runId, FILE), {force: true});
    }
  };
}

type StageAnswersByKey = Map<string, Map<string, StageAnswer>>;

function answersOfRequest(known: StageAnswersByKey, key: string): Map<string, StageAnswer> {
  let answers = known.get(key);
  if (!answers) known.set(key, (answers = new Map()));
  return answers;
}

/** By request; the oldest are left out where they are too many, and `complete` is false. */
async function earlierAnswers(
  workspace: Workspace,
  runId: string
): Promise<{known: StageAnswersByKey; complete: boolean; endpoints: ReadonlySet<string>}> {
  const known: StageAnswersByKey = new Map();
  const endpoints = new Set<string>();
  const sizes = new Map<string, number>();
  let characters = 0;
  let complete = true;
  const forget = (key: string) => {
    characters -= sizes.get(key) ?? 0;
    sizes.delete(key);
    known.delete(key);
  };
  for await (const line of logLines<StageAnswerLine>(workspace, runId, FILE)) {
    const {key} = line;
    if (line.answered) {
      forget(key);
      continue;
    }
    if (line.endpoint !== undefined) endpoints.add(line.endpoint);
    answersOfRequest(known, key).set(line.id, {completion: line.completion, earlier: true});
    const size = JSON.stringify(line.completion).length;
    sizes.set(key, (sizes.get(key) ?? 0) + size);
    characters += size;
    while (characters > MOST_CHARACTERS) {
      complete = false;
      forget(known.keys().next().value!);
    }
  }
  return {known, complete, endpoints};
}

import type {Completion, TokenPrice} from "../../../inference/endpoints/types.js";
import {type AskedModel, runIds, runPath, type Workspace} from "../../../base/store/index.js";
import {addAnswer} from "./askedModels.js";
import {type AppendLog, openAppendLog} from "./appendLog.js";
import {logLines} from "./logLines.js";

/** An answer to a call beside those of a run's rows, with who gave it. */
export interface SideAnswer {
  /** Names of the endpoint and the model; absent in runs made before they were noted. */
  endpoint?: string;
  host?: string;
  model?: string;
  /** At which it was asked. */
  price?: TokenPrice;
  /** Where it runs and the endpoint's kind. */
  hosting?: string;
  endpointKind?: string;
  /** ISO time. */
  at?: string;
  completion: KeptCompletion;
}

/** With its question, and when the run was last sealed before it: its record has what was answered until then. */
type SideAnswerLine = SideAnswer & {key: string; sealedAt?: string};

export type KeptCompletion = Pick<Completion, "text" | "usage" | "costUsd"> & Partial<Completion>;

/** What scorers and preflights were answered, by what they asked: who asks it again after a kill pays nothing. */
export interface SideAnswers {
  /** Answers to starts of this run that its record does not have: they were killed. */
  readonly before: {calls: number; models: readonly AskedModel[]};
  /** Names of the endpoints that answered any start of this run. */
  readonly endpoints: readonly string[];
  find(key: string): KeptCompletion | undefined;
  /** Resolves when a kill of this process cannot lose the answer. */
  keep(key: string, answer: SideAnswer): Promise<void>;
  close(): Promise<void>;
}

export type AnswersFile = "scorer-answers.ndjson" | "preflight-answers.ndjson";

interface SideAnswersOptions {
  file: AnswersFile;
  /** When the run was last sealed, as its record says; absent while it never was. */
  sealedAt?: string;
  /** Only those of the run itself. */
  ownOnly?: boolean;
  /** ISO time: those from then on only. */
  since?: string;
}

/**
 * Answers known from earlier that memory holds at most, and characters of them (vectors are long); the newest are those of the
 * run itself.
 */
const MOST_KNOWN = 200_000;
const MOST_CHARACTERS = 128e6;

/** Opens the answers of a run, with those that it and other runs of the store were given before. */
export async function openSideAnswers(
  workspace: Workspace,
  runId: string,
  {file, sealedAt, ownOnly = false, since}: SideAnswersOptions
): Promise<SideAnswers> {
  const known = new Map<string, KeptCompletion>();
  let characters = 0;
  const forget = (key: string) => {
    characters -= known.get(key)?.text.length ?? 0;
    known.delete(key);
  };
  const others = ownOnly ? [] : (await runIds(workspace)).filter((id) => id !== runId);
  const models: AskedModel[] = [];
  const before = {calls: 0, models};
  const endpoints = new Set<string>();
  for (const id of [...others, runId])
    for await (const line of logLines<SideAnswerLine>(workspace, id, file)) {
      const {key, at, completion, sealedAt: after, ...asked} = line;
      const {endpoint, model} = asked;
      if (since === undefined || (at !== undefined && at >= since)) {
        forget(key);
        known.set(key, completion);
        characters += completion.text.length;
        while (known.size > MOST_KNOWN || characters > MOST_CHARACTERS) forget(known.keys().next().value!);
      }
      if (id !== runId) continue;
      if (endpoint !== undefined) endpoints.add(endpoint);
      if (after !== sealedAt) continue;
      before.calls++;
      const {usage, costUsd} = completion;
      if (endpoint !== undefined && model !== undefined)
        addAnswer(models, {...asked, endpoint, model}, {usage, costUsd});
    }
  let log: Promise<AppendLog> | undefined;
  const opened = () => (log ??= openAppendLog(runPath(workspace, runId, file)));
  return {
    before,
    endpoints: [...endpoints],
    find: (key) => known.get(key),
    async keep(key, answer) {
      await (await opened()).append({key, ...answer, sealedAt} satisfies SideAnswerLine);
    },
    async close() {
      await (await log)?.close();
    }
  };
}

import {stat} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {readJson} from "../../../base/system/index.js";
import type {JobLook, RunningJob} from "../service.js";
import {runLine} from "../shellLine.js";
import {runStop, stopProblem} from "../stopLine.js";
import {
  CODE_FILE,
  COMMAND_FILE,
  ELSEWHERE_CODE_FILE,
  isHere,
  isRunning,
  readSupervisor,
  runningGroup
} from "../../../base/system/supervisor.js";
import {type Command, type Ending, readCode, readEnding} from "../supervised.js";

const ASK_SECONDS = 60;

/**
 * How a command stands. `state` is asked of what it started on another machine: that may go on when the command has not
 * ended well here, also when it was cancelled. Throws when `state` fails then, since nobody can tell.
 */
export async function stateOfCommand(at: RunningJob, state?: string): Promise<JobLook> {
  const {folder, job} = at;
  const last = job.statuses.at(-1);
  // Whoever is where it runs has noted its end in the store.
  if (last?.outcome !== undefined && !(await readSupervisor(folder))) return last;
  await refuseElsewhere(at);
  const here = await stateHere(folder);
  if (here.outcome === "succeeded") return here;
  const ended = here.outcome !== undefined;
  const problem = ended ? await stopProblem(folder) : undefined;
  const said = state === undefined ? undefined : await askedElsewhere(folder, state, ended);
  if (said !== undefined)
    return ended
      ? {
          status: said,
          detail: problem ?? "the command has ended here, what it started goes on elsewhere",
          unstopped: problem === undefined ? undefined : true
        }
      : {...here, status: said};
  const code = ended ? await readCode(folder, ELSEWHERE_CODE_FILE) : undefined;
  const told = code === undefined ? undefined : await endedWith(folder, ELSEWHERE_CODE_FILE, code);
  const look = endedLook(here, told, job.cancelledAt !== undefined);
  if (problem === undefined || state !== undefined || code !== undefined) return look;
  return {...look, detail: [look.detail, problem].filter(Boolean).join("; "), unstopped: true};
}

/** Throws for a command that was started from another machine, or another folder of this one: its processes and files are there. */
export async function refuseElsewhere({folder, job, remote}: RunningJob): Promise<void> {
  if (await readSupervisor(folder)) return;
  const host = remote.replace(/:\d+$/, "");
  throw new UserError(
    `job ${job.id} was started on ${host}, and its processes and files are not here. Watch, cancel or collect it there.`
  );
}

/** @param told how what ran elsewhere ended, where it told that */
function endedLook(here: JobLook, told: Ending | undefined, cancelled: boolean): JobLook {
  if (here.outcome !== "failed" || here.status === "time-out") return here;
  if (cancelled) return {...here, status: "cancelled", outcome: "cancelled"};
  return told === undefined ? here : endingLook(told);
}

/** Runs `stop` as the job's own command is run. */
export async function stopElsewhere(folder: string, stop: string): Promise<void> {
  await runStop(folder, stop, await environmentOf(folder));
}

async function environmentOf(folder: string): Promise<NodeJS.ProcessEnv> {
  const command = await readJson<Command>(join(folder, COMMAND_FILE));
  return {...process.env, ...command?.environment};
}

async function askedElsewhere(folder: string, state: string, must: boolean): Promise<string | undefined> {
  const environment = await environmentOf(folder);
  const {code, output} = await runLine(state, {folder, environment, seconds: ASK_SECONDS});
  if (code === 0) return output.trim().split("\n")[0]!.slice(0, 100) || undefined;
  if (!must) return undefined;
  throw new UserError(`${state} ended with ${code ?? "a signal"}: nobody can tell whether the job goes on.`, {
    // Named as the cause, so that a watch asks again.
    cause: new Error(`exit code ${code}`)
  });
}

async function stateHere(folder: string): Promise<JobLook> {
  // Asked first: a command that ends between the two has its ending written then.
  const state = await processesOf(folder);
  const ending = await readEnding(folder);
  return ending ? endingLook(ending) : state;
}

async function processesOf(folder: string): Promise<JobLook> {
  const supervisor = await readSupervisor(folder);
  if (!supervisor) return {status: "not started"};
  if (!isHere(supervisor)) return {status: `running on ${supervisor.host}`};
  if (isRunning(supervisor)) return {status: "running"};
  // Asked first: a shell that ends between the two has its code written then.
  const group = await runningGroup(folder, supervisor);
  const code = await readCode(folder, CODE_FILE);
  // One that ended well has ended, whatever it left running.
  if (group !== undefined && code !== 0) return {status: "running unsupervised"};
  if (code !== undefined) return endingLook(await endedWith(folder, CODE_FILE, code));
  return {
    status: "lost",
    outcome: "failed",
    detail: "its processes ended without a word: they were killed, or the machine was started again"
  };
}

/** The ending of a command that left its exit code in a file, and no more. */
async function endedWith(folder: string, file: string, code: number): Promise<Ending> {
  const {mtime} = await stat(join(folder, file));
  return {at: mtime.toISOString(), code, signal: null};
}

function endingLook(answer: Ending): JobLook {
  const {at: endedAt, code, signal, stopped} = answer;
  if (stopped === "cancelled") return {status: "cancelled", outcome: "cancelled", endedAt, answer};
  const detail =
    stopped === "time-out"
      ? "it took longer than timeoutHours"
      : signal === null
        ? `exit code ${code}`
        : `ended by ${signal}`;
  if (code === 0 && !stopped) return {status: "ended", outcome: "succeeded", endedAt, answer};
  return {status: stopped ?? "failed", outcome: "failed", detail, endedAt, answer};
}

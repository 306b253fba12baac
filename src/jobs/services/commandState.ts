import {join} from "node:path";
import {readJson, UserError} from "../../store/index.js";
import type {JobLook, RunningJob} from "../service.js";
import {runLine} from "../shellLine.js";
import {
  CODE_FILE,
  type Command,
  COMMAND_FILE,
  ELSEWHERE_CODE_FILE,
  type Ending,
  isHere,
  isRunning,
  readCode,
  readEnding,
  readSupervisor,
  runningGroup
} from "../supervised.js";

const ASK_SECONDS = 60;

/**
 * How a command stands. `state` is asked of what it started on another machine: that may go on when the command has not
 * ended as it should here. Throws when `state` fails then, since nobody can tell.
 */
export async function stateOfCommand(at: RunningJob, state?: string): Promise<JobLook> {
  const {folder, job} = at;
  const last = job.statuses.at(-1);
  // Whoever is where it runs has noted its end in the store.
  if (last?.outcome !== undefined && !(await readSupervisor(folder))) return last;
  await refuseElsewhere(at);
  const here = await stateHere(folder);
  const failed = here.outcome === "failed" && here.status !== "time-out";
  if (state !== undefined && (failed || here.outcome === undefined)) {
    const said = await askedElsewhere(folder, state, failed);
    if (said !== undefined)
      return failed
        ? {status: said, detail: "the command has ended here, what it started goes on elsewhere"}
        : {...here, status: said};
  }
  if (failed && job.cancelledAt !== undefined) return {...here, status: "cancelled", outcome: "cancelled"};
  const code = failed ? await readCode(folder, ELSEWHERE_CODE_FILE) : undefined;
  return code === undefined ? here : endingLook({at: new Date().toISOString(), code, signal: null});
}

/** Throws for a command that was started from another machine, or another folder of this one: its processes and files are there. */
export async function refuseElsewhere({folder, job, remote}: RunningJob): Promise<void> {
  if (await readSupervisor(folder)) return;
  const host = remote.replace(/:\d+$/, "");
  throw new UserError(
    `job ${job.id} was started on ${host}, and its processes and files are not here. Watch, cancel or collect it there.`
  );
}

/** Runs a line as the job's own command is run. */
export async function runAsJob(folder: string, line: string): Promise<{code: number | null; output: string}> {
  const command = await readJson<Command>(join(folder, COMMAND_FILE));
  const environment = {...process.env, ...command?.environment};
  return runLine(line, {folder, environment, seconds: ASK_SECONDS});
}

async function askedElsewhere(folder: string, state: string, must: boolean): Promise<string | undefined> {
  const {code, output} = await runAsJob(folder, state);
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
  if (code !== undefined) return endingLook({at: new Date().toISOString(), code, signal: null});
  return {
    status: "lost",
    outcome: "failed",
    detail: "its processes ended without a word: they were killed, or the machine was started again"
  };
}

function endingLook(answer: Ending): JobLook {
  const {code, signal, stopped} = answer;
  if (stopped === "cancelled") return {status: "cancelled", outcome: "cancelled", answer};
  const detail =
    stopped === "time-out"
      ? "it took longer than timeoutHours"
      : signal === null
        ? `exit code ${code}`
        : `ended by ${signal}`;
  if (code === 0 && !stopped) return {status: "ended", outcome: "succeeded", answer};
  return {status: stopped ?? "failed", outcome: "failed", detail, answer};
}

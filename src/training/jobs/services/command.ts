import {open} from "node:fs/promises";
import {join, resolve} from "node:path";
import {exactly, number, oneOf, text} from "../../../base/validation/checked.js";
import {type Trust, trustLevels} from "../../../data/privacy/trust.js";
import {UserError} from "../../../base/validation/index.js";
import type {JobEvent} from "../../../base/store/index.js";
import {configurationOf, TOOLS, type TrainingTool} from "../configurations/index.js";
import type {JobTraining} from "../training.js";
import {metricsIn} from "../logMetrics.js";
import {checkMore} from "../more.js";
import {endGroup} from "../processGroup.js";
import type {JobService, RunningJob, TrainingService} from "../service.js";
import {
  ELSEWHERE_CODE_FILE,
  isHere,
  isRunning,
  readSupervisor,
  runningGroup
} from "../../../base/system/supervisor.js";
import {LOG_FILE, readEnding, startSupervised} from "../supervised.js";
import {refuseElsewhere, stateOfCommand, stopElsewhere} from "./commandState.js";
import {trainFile, validationFile} from "./files.js";
import {madeHere, noteBefore} from "./madeHere.js";

export interface CommandJobs {
  service: "command";
  /** Where the command takes the rows: `local` when they stay on this machine. */
  trust: Trust;
  /** A line for the shell, run in the job's folder: `axolotl train config.yml`, `sbatch --wait ../train.sh`. */
  run: string;
  /** A line that ends what `run` started on another machine, such as `scancel --name "$ASSAY_JOB"`. */
  stop?: string;
  /** A line that prints how that stands, such as `squeue -h -n "$ASSAY_JOB" -o %T`, and nothing when it has ended. */
  state?: string;
  /** Whose configuration is written beside the data. */
  tool: TrainingTool;
  /** Where `run` leaves the model, from the job's folder. */
  output?: string;
  timeoutHours?: number;
  /** Seconds between asking a process to end and ending it. */
  grace?: number;
}

const schema = exactly<CommandJobs>("settings such as {service, trust, run, tool}", {
  service: oneOf(["command"]),
  trust: oneOf(trustLevels),
  run: text("a line for the shell"),
  stop: text("a line for the shell").optional(),
  state: text("a line for the shell").optional(),
  tool: oneOf(TOOLS),
  output: text("a path from the job's folder").optional(),
  timeoutHours: number({above: 0}).optional(),
  grace: number({least: 0}).optional()
});

const MOST_READ = 16 * 2 ** 20;

/** A training tool run by a command line, which reaches whatever machine it reaches. */
export const command: TrainingService<CommandJobs> = {name: "command", schema, open: openCommand};

function openCommand(settings: CommandJobs): JobService {
  const {run, stop, state, tool, output = "output", timeoutHours, grace = 10} = settings;
  return {
    ...configurationOf(tool).takes,
    check({settings: training, format}) {
      checkMore(training as JobTraining, configurationOf(tool).takes.words(format));
      if (process.platform === "win32")
        throw new UserError("a command is run by /bin/sh, which Windows does not have. Use WSL.");
    },
    configuration: (job) => configurationOf(tool).files(job, output),
    find: async ({folder}) => remoteOf(await readSupervisor(folder)),
    async submit({folder, job, workspace}) {
      const validation = validationFile(job);
      const path = (name: string) => join(folder, name);
      await noteBefore(folder, output);
      const supervisor = await startSupervised(folder, {
        run,
        stop,
        timeoutSeconds: timeoutHours === undefined ? undefined : timeoutHours * 3600,
        graceSeconds: grace,
        environment: {
          ASSAY_JOB: job.id,
          ASSAY_PROJECT: workspace.project,
          ASSAY_FOLDER: folder,
          ASSAY_CONFIG: path(configurationOf(tool).main),
          ASSAY_TRAIN: path(trainFile(job)),
          ASSAY_VALIDATION: validation === undefined ? "" : path(validation),
          ASSAY_OUTPUT: resolve(folder, output),
          ASSAY_CODE: path(ELSEWHERE_CODE_FILE)
        }
      });
      return remoteOf(supervisor)!;
    },
    look: (at) => stateOfCommand(at, state),
    events: logEvents,
    cancel: (at) => cancel(at, stop, grace),
    async collect(at) {
      await refuseElsewhere(at);
      return {kind: "folder", folder: await madeHere(at.folder, output)};
    }
  };
}

function remoteOf(supervisor: {host: string; pid: number} | undefined): string | undefined {
  return supervisor && `${supervisor.host}:${supervisor.pid}`;
}

/** The supervisor ends the command; where it is gone, its process group and what it started are ended from here. */
async function cancel(at: RunningJob, stop: string | undefined, grace: number): Promise<void> {
  const {folder, job} = at;
  await refuseElsewhere(at);
  const supervisor = (await readSupervisor(folder))!;
  if (!isHere(supervisor)) throw new UserError(`job ${job.id} runs on ${supervisor.host}. Cancel it there.`);
  if (isRunning(supervisor) && !(await readEnding(folder)))
    return void process.kill(supervisor.pid, "SIGTERM");
  if (stop !== undefined) await stopElsewhere(folder, stop);
  const group = await runningGroup(folder, supervisor);
  if (group !== undefined) await endGroup(group, grace);
}

/** The figures that the log tells, from the byte that the cursor names on; whole lines only. */
async function logEvents({folder}: RunningJob, cursor = "0"): Promise<{events: JobEvent[]; cursor?: string}> {
  const from = Number(cursor);
  const file = await open(join(folder, LOG_FILE)).catch(() => undefined);
  if (!file) return {events: [], cursor};
  try {
    const {size} = await file.stat();
    const bytes = Buffer.alloc(Math.min(Math.max(0, size - from), MOST_READ));
    const {bytesRead} = await file.read(bytes, 0, bytes.length, from);
    // A line longer than what is read at once is passed over.
    const whole =
      bytes.subarray(0, bytesRead).lastIndexOf(10) + 1 || (bytesRead === MOST_READ ? MOST_READ : 0);
    const events: JobEvent[] = [];
    let at = from;
    for (const line of bytes.subarray(0, whole).toString("latin1").split("\n")) {
      const data = metricsIn(line);
      if (data) events.push({id: `log-${at}`, type: "metrics", data});
      at += line.length + 1;
    }
    return {events, cursor: String(from + whole)};
  } finally {
    await file.close();
  }
}

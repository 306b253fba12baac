import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {randomBytes} from "node:crypto";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {hostname, tmpdir, userInfo} from "node:os";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {freePort} from "./freePort.js";

export interface Slurm {
  /** For SLURM_CONF of the commands. */
  conf: string;
  /** The states of all jobs of a name, ended ones first, such as ["COMPLETED", "RUNNING"]. */
  states(name: string): string[];
  close(): Promise<void>;
}

/** Whether tests with Slurm can run here. Fails in continuous integration on Linux as root, where it must be. */
export function hasSlurm(): boolean {
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter(
    (name) =>
      spawnSync(name, [name === "slurmctld" || name === "slurmd" ? "-V" : "--version"]).status === null
  );
  const why =
    process.platform !== "linux" || process.getuid?.() !== 0
      ? "Slurm's daemons are started as root on Linux only"
      : missing.length > 0
        ? `Slurm is not installed (no ${missing.join(", ")}; Debian: apt-get install slurm-wlm)`
        : undefined;
  if (why === undefined) return true;
  if (process.env.CI && missing.length > 0 && process.getuid?.() === 0) throw new Error(why);
  console.warn(`skipped: ${why}`);
  return false;
}

/** A cluster of this machine alone: munged, slurmctld and slurmd on loopback, with all they write in a temporary folder. */
export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), "assay-slurm-"));
  const conf = join(folder, "slurm.conf");
  const [controllerPort, nodePort] = [await freePort(), await freePort()];
  const completed = join(folder, "completed");
  writeFileSync(completed, "");
  for (const name of ["state", "spool"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "munge.key"), randomBytes(128), {mode: 0o600});
  writeFileSync(conf, configuration(folder, controllerPort, nodePort));
  // Processes are found by /proc and tasks are not bound: in a container nobody may write to the control groups.
  writeFileSync(join(folder, "cgroup.conf"), "CgroupPlugin=disabled\n");
  const daemons: ChildProcess[] = [];
  const environment = {...process.env, SLURM_CONF: conf};
  const start = (command: string, ...words: string[]) =>
    daemons.push(spawn(command, words, {stdio: "ignore", env: environment, cwd: folder}));
  const ask = (command: string, ...words: string[]) =>
    spawnSync(command, words, {encoding: "utf8", env: environment}).stdout.trim();
  const close = async () => {
    ask("scancel", "--signal=KILL", "--full", `--user=${userInfo().username}`);
    await until(() => ask("squeue", "--noheader") === "", "the jobs' end").catch(() => undefined);
    for (const daemon of daemons.reverse()) await ended(daemon);
    rmSync(folder, {recursive: true, force: true});
  };
  start(
    "munged",
    ...["--foreground", "--force", `--key-file=${folder}/munge.key`, `--socket=${folder}/munge.socket`],
    ...[
      `--pid-file=${folder}/munge.pid`,
      `--log-file=${folder}/munge.log`,
      `--seed-file=${folder}/munge.seed`
    ]
  );
  await until(
    () => spawnSync("munge", ["--no-input", `--socket=${folder}/munge.socket`]).status === 0,
    "munged"
  );
  start("slurmctld", "-D", "-c", "-f", conf);
  start("slurmd", "-D", "-f", conf);
  try {
    await until(() => ask("sinfo", "--noheader", "--format=%T") === "idle", "an idle node");
  } catch (cause) {
    const logs = ["slurmctld.log", "slurmd.log"].map((name) => readFileSync(join(folder, name), "utf8"));
    for (const daemon of daemons) daemon.kill("SIGKILL");
    throw new Error(logs.join("\n"), {cause});
  }
  return {
    conf,
    states: (name) => [
      ...readFileSync(completed, "utf8")
        .split("\n")
        .flatMap((line) => (line.includes(` Name=${name} `) ? [/ JobState=(\w+)/.exec(line)![1]!] : [])),
      ...ask("squeue", "--noheader", `--name=${name}`, "--format=%T").split("\n").filter(Boolean)
    ],
    close
  };
}

// A waiting sbatch asks every two seconds as long as that is not less than half of MinJobAge, then more and more rarely.
function configuration(folder: string, controllerPort: number, nodePort: number): string {
  const name = hostname().split(".")[0]!;
  const {username} = userInfo();
  return `ClusterName=assay
SlurmctldHost=${name}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc=${folder}/completed
MpiDefault=none
SelectType=select/cons_tres
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
KillWait=1
MinJobAge=4
NodeName=${name} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(50)) if (holds()) return;
  throw new Error(`${what}: not there after 30 s`);
}

async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = new Promise((resolve) => daemon.once("exit", resolve));
  daemon.kill("SIGTERM");
  const timer = setTimeout(() => daemon.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}

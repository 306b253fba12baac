import {spawn} from "node:child_process";
import {open} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {readJson, writeJsonAtomic} from "../../base/system/files.js";
import {longTimer} from "../../base/system/waits.js";
import {LocalFolder} from "../../base/store/storage/localFolder.js";
import {bootId, startOf} from "../../base/system/process.js";
import {endGroup} from "./processGroup.js";
import {runStop, STOP_SECONDS} from "./stopLine.js";
import {
  CHILD_FILE,
  CODE_FILE,
  COMMAND_FILE,
  ENDING_FILE,
  STOP_CODE_FILE,
  type Supervisor,
  SUPERVISOR_FILE
} from "../../base/system/supervisor.js";
import {type Command, type Ending, LOG_FILE} from "./supervised.js";

const folder = process.argv[2]!;
if (await takeJob()) await supervise();

/** True for the one supervisor of this folder. */
async function takeJob(): Promise<boolean> {
  const own: Supervisor = {
    pid: process.pid,
    start: startOf(process.pid),
    host: hostname(),
    boot: bootId(),
    at: new Date().toISOString()
  };
  return new LocalFolder(folder).putIfAbsent(SUPERVISOR_FILE, JSON.stringify(own));
}

async function supervise(): Promise<void> {
  const command = (await readJson<Command>(join(folder, COMMAND_FILE)))!;
  const environment = {...process.env, ...command.environment};
  const log = await open(join(folder, LOG_FILE), "a", 0o600);
  const child = spawn("/bin/sh", ["-c", scriptOf(command)], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: {...environment, ASSAY_RUN: command.run, ASSAY_STOP: command.stop ?? ""}
  });
  let stopped: Ending["stopped"];
  const endAll = async () => child.pid && endGroup(child.pid, command.graceSeconds);
  const stop = async (why: NonNullable<Ending["stopped"]>) => {
    if (stopped) return;
    stopped = why;
    if (command.stop !== undefined) await runStop(folder, command.stop, environment);
    await endAll();
  };
  process.on("SIGTERM", () => void stop("cancelled"));
  process.on("SIGINT", () => void stop("cancelled"));
  process.on("SIGHUP", () => undefined);
  const cancelTimer =
    command.timeoutSeconds === undefined
      ? undefined
      : longTimer(command.timeoutSeconds * 1000, () => void stop("time-out"));
  const ended = await new Promise<{code: number | null; signal: string | null}>((resolve) => {
    child.once("error", () => resolve({code: 127, signal: null}));
    child.once("exit", (code, signal) => resolve({code, signal}));
  });
  cancelTimer?.();
  // Its shell may have been killed alone.
  await endAll();
  const ending: Ending = {at: new Date().toISOString(), ...ended, stopped};
  await writeJsonAtomic(join(folder, ENDING_FILE), ending);
  process.exit(0);
}

/**
 * What the shell is told. It says its number and its exit code itself, so that both are known even when this process dies; a
 * guard beside it ends the command at its time-out when this process is no longer there to do it.
 */
function scriptOf(command: Command): string {
  return `echo "$$ $(cut -d' ' -f22 /proc/$$/stat 2>/dev/null)" > ${CHILD_FILE}
${command.timeoutSeconds === undefined ? "" : guardOf(command.timeoutSeconds, command.graceSeconds)}
/bin/sh -c "$ASSAY_RUN"
code=$?
echo $code > ${CODE_FILE}
[ -z "$guard" ] || kill "$guard" 2>/dev/null
exit $code`;
}

/** Until its moment comes the guard ends with the group that it is in. A supervisor that lives gets time to do its work. */
function guardOf(timeoutSeconds: number, graceSeconds: number): string {
  const ending = `{"at":"%s","code":null,"signal":"SIGKILL","stopped":"time-out"}`;
  return `guard() {
  over=$(($(date +%s) + ${Math.ceil(timeoutSeconds)}))
  late=$((over + ${Math.ceil(STOP_SECONDS + graceSeconds)}))
  while now=$(date +%s); [ "$now" -le "$over" ] || { [ "$now" -le "$late" ] && kill -0 $PPID; }; do
    sleep 1
    kill -0 $$ || exit
  done
  trap '' TERM
  [ -z "$ASSAY_STOP" ] || { /bin/sh -c "$ASSAY_STOP" >> ${LOG_FILE} 2>&1; echo $? > ${STOP_CODE_FILE}; }
  kill -TERM -$$
  sleep ${graceSeconds}
  printf '${ending}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > ${ENDING_FILE}.part && mv ${ENDING_FILE}.part ${ENDING_FILE}
  kill -KILL -$$
}
guard > /dev/null 2>&1 &
guard=$!`;
}

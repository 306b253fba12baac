import {
  findJob,
  lastStatus,
  logOf,
  type JobStatusChange,
  statusText,
  watchJob
} from "../../../training/jobs/index.js";
import {messageOf} from "../../../base/validation/index.js";
import {type JobRecord, type JobStatus, openStore, readJobs, type Store} from "../../../base/store/index.js";
import {interruption} from "../../terminal/interruption.js";
import {openProject} from "../../project/project.js";
import {createReporter} from "../../terminal/progress.js";
import {dim, note, print, printJson} from "../../terminal/terminal.js";

interface JobWatchVerbOptions {
  every?: number;
  failures?: number;
  json?: boolean;
}

export async function watchVerb(names: string[], options: JobWatchVerbOptions): Promise<void> {
  const store = await openStore(await openProject());
  // Ctrl-C ends this command and no job.
  const {signal, dispose} = interruption();
  try {
    const jobs = await readJobs(store.workspace);
    const chosen =
      names.length === 0 ? jobs.filter(goesOn) : await Promise.all(names.map((name) => findJob(jobs, name)));
    if (chosen.length === 0) return options.json ? printJson([]) : print("No job goes on.");
    await followed(
      store,
      chosen.map(({id}) => id),
      options,
      signal
    );
  } finally {
    dispose();
    store.close();
  }
}

/** Follows jobs side by side. Exit code 1 when one could not be followed, or did not succeed. */
export async function followed(
  {workspace}: Store,
  ids: readonly string[],
  {every, failures, json}: JobWatchVerbOptions,
  signal: AbortSignal
): Promise<void> {
  const ended = await Promise.all(
    ids.map(async (id) => {
      const reporter = createReporter(id, json);
      try {
        return await watchJob(workspace, id, {
          everyMs: every === undefined ? undefined : every * 1000,
          failures,
          signal,
          onMessage: reporter.message,
          onLook: (looked) => {
            const text = lookText(looked);
            if (text !== undefined) reporter.message(text);
          }
        });
      } catch (error) {
        note(`! ${id}: ${messageOf(error)}`);
        process.exitCode = 1;
        return undefined;
      } finally {
        reporter.end();
      }
    })
  );
  const jobs = ended.filter((job) => job !== undefined);
  if (json) printJson(jobs);
  for (const job of jobs) {
    const last: Partial<JobStatus> & {status: string} = lastStatus(job) ?? {status: "submitted"};
    const {outcome} = last;
    if (signal.aborted && outcome === undefined) {
      note(`${job.id} goes on at ${job.service.service}: \`assay jobs watch ${job.id}\` finds it again.`);
      continue;
    }
    if (outcome !== "succeeded") process.exitCode = 1;
    if (json) continue;
    print(`${job.id}: ${statusText(last)}`);
    if (outcome === "succeeded") print(dim(`  \`assay jobs collect ${job.id}\` registers its model.`));
    const log = outcome === "failed" ? await logOf(workspace, job) : undefined;
    if (log) print([`  its log, ${log.path}, ends:`, ...log.last.map((line) => `  | ${line}`)].join("\n"));
  }
}

/** What is new, in a line: the status when it changed, the last figures, or the last message. */
function lookText({look, changed, events}: JobStatusChange): string | undefined {
  const metrics = events.filter(({type}) => type === "metrics").at(-1);
  const said = events.filter(({message}) => message !== undefined).at(-1);
  const figures = Object.entries(metrics?.data ?? {})
    .filter(([name, value]) => typeof value === "number" && /loss|step|epoch/.test(name))
    .map(([name, value]) => `${name} ${Number((value as number).toPrecision(5))}`)
    .join(", ");
  const news = [figures, said?.message].filter((text) => text !== undefined && text !== "").join("; ");
  // How it ended is said once, when all have.
  if (look.outcome !== undefined) return news || undefined;
  if (!changed && news === "") return undefined;
  return `${statusText(look)}${news === "" ? "" : `: ${news}`}`;
}

export const goesOn = (job: JobRecord) => lastStatus(job)?.outcome === undefined;

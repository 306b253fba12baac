import {
  cancelJob,
  collectJob,
  findJob,
  lastStatus,
  lookAt,
  statusText
} from "../../../training/jobs/index.js";
import {messageOf} from "../../../base/validation/index.js";
import {type JobRecord, readJobs} from "../../../base/store/index.js";
import {goesOn} from "./jobWatch.js";
import {openProject} from "../../project/project.js";
import {note, print, printJson, table} from "../../terminal/terminal.js";

interface JobOptions {
  json?: boolean;
  refresh?: boolean;
}

/** Lists the jobs of the store. */
export async function jobsVerb(options: JobOptions): Promise<void> {
  const workspace = await openProject();
  let jobs = await readJobs(workspace);
  if (options.refresh) {
    for (const {id} of jobs.filter(goesOn))
      await lookAt(workspace, id, {onMessage: note}).catch((error: unknown) =>
        note(`! ${id}: ${messageOf(error)}`)
      );
    jobs = await readJobs(workspace);
  }
  if (options.json) return printJson(jobs);
  if (jobs.length === 0)
    return print("The store has no job. `assay jobs submit NAME` sends finetunes/NAME.job.ts.");
  print(
    table(jobs, [
      {title: "job", value: ({id}) => id},
      {title: "service", text: "name", value: ({service}) => service.service},
      {
        title: "status",
        text: "prose",
        value: (job) => {
          const last = lastStatus(job);
          if (last) return last.outcome === "failed" || last.unstopped ? statusText(last) : last.status;
          return job.remote ? "submitted" : "not submitted";
        }
      },
      {title: "base", text: "name", value: ({base}) => base},
      {
        title: "data",
        text: "prose",
        value: ({dataset, version, data}) => `${dataset}@${version.slice(0, 12)}, ${data[0]?.rows} rows`
      },
      {title: "since", value: ({at}) => at.slice(0, 16).replace("T", " ")},
      {title: "model", value: ({model}) => model?.id.slice(0, 16)}
    ])
  );
}

export async function cancelVerb(name: string, options: JobOptions): Promise<void> {
  const workspace = await openProject();
  const {id} = await findJob(await readJobs(workspace), name);
  const {job, look} = await cancelJob(workspace, id);
  if (options.json) return printJson(job);
  print(
    look.outcome === undefined
      ? `${id} is asked to end; its status is ${look.status}.`
      : `${id} has ended: ${look.status}.`
  );
}

export async function collectVerb(name: string, options: JobOptions): Promise<void> {
  const workspace = await openProject();
  const {id} = await findJob(await readJobs(workspace), name);
  const {job, model} = await collectJob(workspace, id, {onMessage: note});
  if (options.json) return printJson({job, model});
  print(
    `${model.name} ${model.id.slice(0, 16)} (${model.architecture}), from job ${id}: trained on ${job.data[0]!.rows} rows of ${job.dataset}@${job.version}, part ${job.data[0]!.part} of ${job.split.name}${tokensText(job)}`
  );
}

function tokensText({tokens}: JobRecord): string {
  return tokens?.trained === undefined
    ? ""
    : `: ${tokens.trained} tokens${tokens.estimated === undefined ? "" : `, where ${tokens.estimated} were estimated`}`;
}

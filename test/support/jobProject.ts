import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {writeLoader} from "./assay.js";
import {printed, written} from "./printed.js";
import {commandProject} from "./temporaryWorkspace.js";
import {compiled} from "./compiledEngine.js";

const jobs = compiled("training/jobs/index.js");

/** What leaves an adapter in a job's folder within a second. */
export const trainer = fileURLToPath(new URL("../training/jobs/support/trainer.sh", import.meta.url));

export interface JobProject {
  project: string;
  /** Writes finetunes/NAME.job.ts with this text for `on`, and for what it learns from: the forty questions when absent; from "base-model" on unless told. */
  writeJob(name: string, on: string, from?: string, base?: string): void;
}

/** A project of forty questions with answers, one of them with an address; the commands in this process take it as theirs. */
export async function jobProject(): Promise<JobProject> {
  const project = await commandProject();
  writeLoader(
    project,
    "questions",
    `{name: "questions", id: "id", text: "question", label: "answer", source: {kind: "rows", rows: () =>
      Array.from({length: 40}, (_, i) => ({id: "r" + i, question: "Question " + i, answer: i === 3 ? "write to ada@example.org" : "answer " + i}))}}`
  );
  mkdirSync(join(project, "finetunes"));
  return {
    project,
    writeJob: (
      name,
      on,
      from = `dataset: "questions", split: {strategy: "random", name: "random", test: 0.2, validation: 0.1}`,
      base = "base-model"
    ) =>
      writeFileSync(
        join(project, "finetunes", `${name}.job.ts`),
        `import {job} from ${JSON.stringify(jobs)};
export default job({${from}, base: ${JSON.stringify(base)}, format: "prompt", epochs: 1, on: ${on}});\n`
      )
  };
}

/** What a command writes to standard error; of one that fails its message, too. */
export async function noted(work: () => Promise<void>): Promise<string> {
  let failure = "";
  const text = await written(process.stderr, () =>
    printed(work).catch((error: unknown) => void (failure = (error as Error).message))
  );
  return text + failure;
}

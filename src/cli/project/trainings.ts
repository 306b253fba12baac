import {readFile} from "node:fs/promises";
import {basename} from "node:path";
import type {Distillation, NamedDistillation} from "../../evals/distillation/index.js";
import type {Finetune, FinetuneDefinition} from "../../training/finetunes/index.js";
import type {Job, JobDefinition, NamedJob} from "../../training/jobs/index.js";
import {checkName, UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import type {Broken} from "./broken.js";
import {loadFolder, twins} from "./project.js";

export interface NamedFinetune {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  finetune: Finetune;
}

/** The fine-tunes named, or all of finetunes/ in the order of their files. Throws with every file that gives none. */
export async function loadFinetunes(
  project: string,
  names: readonly string[] = []
): Promise<NamedFinetune[]> {
  const {checkFinetune, finetune} = await import("../../training/finetunes/index.js");
  const {found, broken} = await loadFolder<Finetune>(project, "finetunes", /\.finetune\.ts$/, {
    what: "finetune",
    check: (value) => {
      if (!declares(value))
        throw new UserError(
          "its default export is no fine-tune. End it with `export default finetune({…})`."
        );
      checkFinetune(value.definition as FinetuneDefinition);
    }
  });
  const all = found.map(({path, value: {definition}}) => {
    // The file's name is the model's unless it has one.
    const name = checkName("fine-tune", definition.name ?? basename(path).replace(/\.finetune\.ts$/, ""));
    return {name, path, finetune: finetune(definition, name)};
  });
  const isMeant = ({path, name}: {path: string; name?: string}) =>
    names.length === 0 || names.some((wanted) => wanted === name || isFile(path, wanted, "finetune"));
  const problems = [...broken, ...twins("fine-tunes", all)].filter(isMeant);
  if (problems.length > 0) throw new UserError(problems.map(({message}) => message).join("\n"));
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `no such fine-tune: ${unknown.join(", ")}. finetunes/ has ${all.map(({name}) => name).join(", ") || "none"}.`
    );
  return all.filter(({name}) => names.length === 0 || names.includes(name));
}

/** The distillations of distillations/, and the files that give none. */
export async function distillationsIn(
  project: string
): Promise<{found: NamedDistillation[]; broken: Broken[]}> {
  const checkDistillation: (definition: unknown) => void = (await import("../../evals/distillation/index.js"))
    .checkDistillation;
  const {found, broken} = await loadFolder<Distillation>(project, "distillations", /\.distillation\.ts$/, {
    what: "distillation",
    check: (value) => {
      if (!declares(value))
        throw new UserError(
          "its default export is no distillation. End it with `export default distillation({…})`."
        );
      checkDistillation(value.definition);
    }
  });
  const all = await Promise.all(
    found.map(async ({file, path, value: {definition}}) => ({
      name: checkName("distillation", definition.name ?? basename(path).replace(/\.distillation\.ts$/, "")),
      path,
      sha256: sha256(await readFile(file, "utf8")),
      definition
    }))
  );
  const twice = twins("distillations", all);
  return {
    found: all.filter(({path}) => !twice.some((one) => one.path === path)),
    broken: [...broken, ...twice]
  };
}

/** The distillations named. Throws for a name that is none's, and with every file of such a name that gives none. */
export async function loadDistillations(
  project: string,
  names: readonly string[]
): Promise<NamedDistillation[]> {
  const {found: all, broken} = await distillationsIn(project);
  const isMeant = ({path, name}: {path: string; name?: string}) =>
    names.some((wanted) => wanted === name || isFile(path, wanted, "distillation"));
  const problems = broken.filter(isMeant);
  if (problems.length > 0) throw new UserError(problems.map(({message}) => message).join("\n"));
  const unknown = names.filter(
    (wanted) => !all.some(({name, path}) => name === wanted || isFile(path, wanted, "distillation"))
  );
  if (unknown.length > 0)
    throw new UserError(
      `no such distillation: ${unknown.join(", ")}. distillations/ has ${all.map(({name}) => name).join(", ") || "no *.distillation.ts file; docs/learning-from-answers.md shows one"}.`
    );
  return all.filter(isMeant);
}

/** The job of finetunes/ with a name, or in a file of that name. Throws when there is none, or its file gives none. */
export async function loadJob(project: string, name: string): Promise<NamedJob> {
  const {checkJob} = await import("../../training/jobs/index.js");
  const {found, broken} = await loadFolder<Job>(project, "finetunes", /\.job\.ts$/, {
    what: "job",
    check: (value) => {
      if (!declares(value))
        throw new UserError("its default export is no job. End it with `export default job({…})`.");
      checkJob(value.definition as JobDefinition);
    }
  });
  const all = found.map(({path, value: {definition}}) => ({
    name: definition.name ?? basename(path).replace(/\.job\.ts$/, ""),
    path,
    definition
  }));
  const problems = [...broken, ...twins("jobs", all)].filter(
    (one) => isFile(one.path, name, "job") || ("name" in one && one.name === name)
  );
  if (problems.length > 0) throw new UserError(problems.map(({message}) => message).join("\n"));
  const meant = all.find((one) => one.name === name) ?? all.find(({path}) => isFile(path, name, "job"));
  if (meant) return {...meant, name: checkName("job", meant.name)};
  throw new UserError(
    `no such job: ${name}. finetunes/ has ${all.map((one) => `${one.name}.job.ts`).join(", ") || "no *.job.ts file; docs/jobs.md shows one"}.`
  );
}

/** Whether a value may be what `finetune` or `job` gives, by whichever copy of Assay. */
function declares(value: unknown): value is {definition: object} {
  const {definition} = (value ?? {}) as {definition?: unknown};
  return typeof definition === "object" && definition !== null;
}

/** Whether a path is that of a file, told with or without its ending. */
function isFile(path: string, wanted: string, kind: "finetune" | "job" | "distillation"): boolean {
  return [basename(wanted), `${basename(wanted)}.${kind}.ts`].includes(basename(path));
}

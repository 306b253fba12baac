import type {JobRecord} from "./records/job.js";

/** The job of an id, or the newest that is called so here or at its service; else all whose ids begin so, with four signs or more. */
export function jobsNamed(jobs: readonly JobRecord[], name: string): JobRecord[] {
  const found =
    jobs.find(({id}) => id === name) ??
    jobs.filter((one) => one.name === name || one.remote?.id === name).at(-1);
  if (found) return [found];
  return name.length >= 4 ? jobs.filter(({id}) => id.startsWith(name)) : [];
}

/** What a model's record tells of the job that made it. */
export interface OfJob {
  id: string;
  settings?: Record<string, unknown>;
  recipe?: {method: string; source?: string};
}

/** The job that a model's record names: by its id, or as the service or a person calls it. */
export function namedJob({settings, recipe}: OfJob): string | undefined {
  if (typeof settings?.job === "string") return settings.job;
  return recipe?.method.startsWith("job at ") ? recipe.source : undefined;
}

/** The job that made a model: the one that was collected as it, else the one that its record names, where that means one. */
export function jobOfModel(jobs: readonly JobRecord[], model: OfJob): JobRecord | undefined {
  const made = jobs.find((job) => job.model?.id === model.id);
  if (made) return made;
  const named = namedJob(model);
  const [job, ...others] = named === undefined ? [] : jobsNamed(jobs, named);
  return others.length === 0 ? job : undefined;
}

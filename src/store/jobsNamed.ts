import type {JobRecord} from "./kinds/job.js";

/** The job of an id, or the newest that is called so here or at its service; else all whose ids begin so, with four signs or more. */
export function jobsNamed(jobs: readonly JobRecord[], name: string): JobRecord[] {
  const found =
    jobs.find(({id}) => id === name) ??
    jobs.filter((one) => one.name === name || one.remote?.id === name).at(-1);
  if (found) return [found];
  return name.length >= 4 ? jobs.filter(({id}) => id.startsWith(name)) : [];
}

import type {JobRecord} from "./records/job.js";

const MOST_LETTERS = 96;

/** The repository that a job's result goes to, under a name that the hub takes: no `--`, no `..`, 96 characters. */
export function resultOf(namespace: string, {name, key}: Pick<JobRecord, "name" | "key">): string {
  const mark = `-${key.slice(0, 8)}`;
  const clean = name
    .replaceAll(/-{2,}/g, "-")
    .slice(0, MOST_LETTERS - mark.length)
    .replace(/[-.]+$/, "");
  return `${namespace}/${clean}${mark}`;
}

/** The repository of a job at Hugging Face; undefined of others. */
export function repositoryOf({
  service: {service, namespace},
  ...job
}: Pick<JobRecord, "service" | "name" | "key">): string | undefined {
  return service === "huggingface" && typeof namespace === "string" ? resultOf(namespace, job) : undefined;
}

import type {JobRecord} from "../../store/index.js";
import {trlScript} from "../configurations/trl.js";

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

/**
 * TRL's script with the result put into a private repository. That one is made before the training: a token that may not
 * write fails then, and not after hours that are paid.
 */
export function hubScript(job: JobRecord, repository: string): string {
  const before = `
from huggingface_hub import HfApi

hub = HfApi()
hub.create_repo(${JSON.stringify(repository)}, private=True, exist_ok=True)
`;
  const after = `
hub.upload_folder(repo_id=${JSON.stringify(repository)}, folder_path="/tmp/output", ignore_patterns=["checkpoint-*"])
`;
  return trlScript(job, "/tmp/output", {data: "/data", before, after});
}

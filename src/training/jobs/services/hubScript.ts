import type {JobRecord} from "../../../base/store/index.js";
import {trlScript} from "../configurations/trl.js";

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

import {mkdtempSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {JobPlan, ServiceSettings} from "../../../../src/training/jobs/index.js";
import {sha256} from "../../../../src/base/system/index.js";
import type {Workspace} from "../../../../src/base/store/index.js";

/** A job with files of its own, as the command line hands it over. The same arguments give the same job. */
export function planOf(
  {tmpDir}: Pick<Workspace, "tmpDir">,
  service: ServiceSettings,
  more: Partial<JobPlan> = {}
): JobPlan {
  const folder = mkdtempSync(join(tmpDir, "plan-"));
  const data = ["train", "validation"].map((part) => {
    const text = Array.from(
      {length: 12},
      (_, i) =>
        `${JSON.stringify({
          messages: [
            {role: "user", content: `Question ${i} of ${part}`},
            {role: "assistant", content: `answer ${i}`}
          ]
        })}\n`
    ).join("");
    writeFileSync(join(folder, `${part}.jsonl`), text);
    return {
      path: `${part}.jsonl`,
      part,
      bytes: text.length,
      sha256: sha256(text),
      rows: 12,
      rowsSha256: sha256(`rows of ${part}`)
    };
  });
  return {
    name: "answers",
    service,
    base: "base-model",
    settings: {epochs: 2, seed: 7},
    dataset: "questions",
    version: "0123456789abcdef",
    split: {id: "fedcba9876543210", name: "random", sha256: "fedcba9876543210".repeat(4)},
    format: "openai",
    data,
    tokens: {estimated: 110, usd: 0.33},
    folder,
    ...more
  };
}

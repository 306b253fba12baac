import type * as YamlLibrary from "yaml";
import {onFirstUse} from "../../base/system/index.js";
import type {MergeReport} from "./report.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** README.md of a merged model: front matter hubs understand, parents with their hashes, and the recipe. */
export function modelCard(report: MergeReport): string {
  const front = yaml().stringify({
    base_model: report.parents.map(({model}) => model),
    library_name: "transformers",
    tags: ["merge", "assay"]
  });
  const parents = report.parents.map(({model, base, files}) => {
    const hashes = files.map(({path, sha256}) => `  - \`${path}\` sha256 \`${sha256}\``);
    return [`- **${model}**${base ? " (base)" : ""}`, ...hashes].join("\n");
  });
  const outputs = report.outputs.map(({path, sha256}) => `- \`${path}\` sha256 \`${sha256}\``);
  const warnings =
    report.warnings.length > 0 ? ["", "## Notes", "", ...report.warnings.map((w) => `- ${w}`)] : [];
  return [
    `---\n${front}---`,
    "",
    `# ${report.name ?? "Merged model"}`,
    "",
    `Made by Assay with \`${report.method}\` (seed ${report.seed}${report.exact ? ", exact" : ""}).`,
    "",
    "## Parents",
    "",
    ...parents,
    "",
    "## Weights",
    "",
    ...outputs,
    ...warnings,
    "",
    "## Recipe",
    "",
    "```yaml",
    report.recipe.text.trimEnd(),
    "```",
    ""
  ].join("\n");
}

import {openStore} from "../../../base/store/index.js";
import {exportTraining, type TrainingManifest} from "../../../training/finetunes/exports/exportTraining.js";
import type {TrainingExportOptions} from "../../../training/finetunes/exports/exportedExamples.js";
import {assertKnown} from "../../project/knownDataset.js";
import {nearText} from "./nearText.js";
import {openProject} from "../../project/project.js";
import {note, print, printJson, table} from "../../terminal/terminal.js";

export async function finetuneExportVerb(options: TrainingExportOptions & {json?: boolean}): Promise<void> {
  const store = await openStore(await openProject());
  try {
    await assertKnown(store, options.dataset ?? "");
    const manifest = await exportTraining(store, options, note);
    if (options.json) printJson(manifest);
    else print(trainingText(manifest, options.out));
    if (manifest.preflight.destinations.every(({verdict}) => verdict === "refused")) process.exitCode = 1;
  } finally {
    store.close();
  }
}

function trainingText(manifest: TrainingManifest, out: string | undefined): string {
  const {dataset, version, part, split, format, leftOut, nearOtherParts: near, preflight, cost} = manifest;
  const {tokens} = preflight;
  const usd = cost.usd === undefined ? "price not stated" : `$${cost.usd.toFixed(2)}`;
  return [
    `${preflight.rows} examples (${format}) of ${dataset}@${version}, part ${part} of ${split.name}${out === undefined ? ": checked, nothing written" : ` in ${out}`}`,
    `${tokens.total} tokens${tokens.estimated ? " (estimated: --tokenizer counts them)" : ""}, median ${tokens.median}, longest ${tokens.longest}; ${cost.epochs} epochs of ${cost.steps / cost.epochs} steps: ${cost.tokens} tokens, ${usd}`,
    ...(tokens.refused
      ? [
          `! ${tokens.refused.examples} examples are not in these tokens: the chat template refuses them: ${tokens.refused.said}`
        ]
      : []),
    ...(leftOut.unresolved > 0 ? [`left out: ${leftOut.unresolved} rows with unresolved findings`] : []),
    ...(leftOut.broken > 0 ? [`left out: ${leftOut.broken} rows that make no valid example`] : []),
    ...nearText(near),
    table(preflight.destinations, [
      {title: "destination", text: "name", value: (row) => row.destination},
      {title: "", value: (row) => row.verdict},
      {title: "found", text: "prose", value: (row) => row.findings.join("; ")}
    ])
  ].join("\n");
}

import {type AnswersRecord, leftOutText} from "../../../data/datasets/index.js";
import type {SplitManifest, VersionManifest} from "../../../base/store/index.js";

/** What a model's card says of the data: where it came from, licence, filters, redaction, how it was split. */
export function dataFacts(version: VersionManifest, split: SplitManifest): string[] {
  const filters = Object.entries(version.filters ?? {}).map(
    ([name, {rejected}]) => `${name} (${rejected} rows)`
  );
  const privacy = (version.source as {privacy?: unknown}).privacy;
  return [
    `licence of the data: ${version.licence ?? "not stated"}`,
    `sensitivity: ${version.sensitivity ?? "internal"}`,
    `filters: ${filters.join(", ") || "none"}`,
    ...(privacy === undefined ? [] : [`personal data: ${JSON.stringify(privacy)}`]),
    ...(version.purged?.length ? [`rows were erased from the version ${version.purged.length} times`] : []),
    ...answersFacts(version.source),
    `split: ${split.name} (${split.strategy}, seed ${split.seed})`
  ];
}

/** Of rows that are answers: whose, to which prompts, at what cost, under which terms, and what was left out. */
function answersFacts(source: object): string[] {
  if ((source as {kind?: unknown}).kind !== "answers") return [];
  const {teachers, runs, prompts, answers, leftOut, costUsd, reason, rules, form} = source as AnswersRecord;
  return [
    ...teachers.map(({candidate, model, host, price, licence, terms}) => {
      const {trainOnOutputs} = terms;
      const at = "asOf" in terms ? ` (${terms.source}, ${terms.asOf})` : "";
      const paid = price
        ? `; $${price.inputUsdPerMillion} and $${price.outputUsdPerMillion} per million tokens`
        : "";
      return `answers of ${candidate}: ${model}${host === undefined ? "" : ` at ${host}`}; licence ${licence ?? "not stated"}; training on outputs: ${trainOnOutputs}${at}${paid}`;
    }),
    ...(reason === undefined ? [] : [`stated reason to learn from them: ${reason}`]),
    ...runs.map(({id, dataset, version, part}) => `run: ${id} on the ${part} part of ${dataset}@${version}`),
    `prompts by SHA-256: ${prompts.map(({sha256}) => sha256).join(", ")}`,
    `form of the answers: ${form}, rules ${JSON.stringify(rules)}`,
    `answers looked at: ${answers}${costUsd === undefined ? "" : `, cost $${costUsd}`}; left out: ${leftOutText(leftOut) || "none"}`
  ];
}

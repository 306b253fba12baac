import type {TrainingOutcome} from "../../trainer/index.js";
import type {CheckedOn, ModelManifest} from "../../../weights/models/index.js";
import type {Base} from "./base.js";

const SHOWN = 20;

export interface CardInputs {
  name: string;
  base: Base;
  training: Omit<NonNullable<ModelManifest["training"]>, "seconds">;
  settings: Record<string, unknown>;
  outcome: TrainingOutcome;
  /** Sentences about the data: licence, filters, redaction. */
  facts: readonly string[];
}

/** The model card of a trained model. Holds no times, so that the same training has the same card. */
export function finetuneCard({name, base, training, settings, outcome, facts}: CardInputs): string {
  const adapter = settings.method !== "full";
  const worse = worseThanBefore(outcome);
  const front = [
    "---",
    ...(base.scratch ? [] : [`base_model: ${JSON.stringify(base.reference)}`]),
    `library_name: ${adapter ? "peft" : "transformers"}`,
    "pipeline_tag: text-generation",
    `tags: [assay, ${adapter ? "lora" : "full-fine-tune"}]`,
    ...(base.licence === undefined ? [] : [`license: ${base.licence}`]),
    "---"
  ];
  const rows = (entries: readonly (readonly [string, unknown])[]) => [
    "| | |",
    "|---|---|",
    ...entries.map(
      ([key, value]) =>
        `| ${tableCell(key)} | ${tableCell(typeof value === "string" ? value : JSON.stringify(value))} |`
    )
  ];
  return [
    ...front,
    "",
    `# ${name}`,
    "",
    base.scratch
      ? "A language model trained from random weights."
      : `${adapter ? "An adapter for" : "A fine-tune of"} ${tableCell(base.name)} (licence: ${base.licence ?? "not stated"}).`,
    "",
    "## Data",
    "",
    ...rows([
      ["dataset", `${training.dataset}@${training.version}`],
      ["part", `${training.part} of split ${training.split}`],
      ["rows", training.rows],
      ...(training.subset === undefined ? [] : [["subset", training.subset] as const]),
      ["SHA-256 of the row ids", training.rowsSha256],
      ...cutOf(training, settings.format),
      ["validation", training.validation ? validationOf(training.validation) : "none"]
    ]),
    "",
    ...facts.map((fact) => `- ${tableCell(fact)}`),
    "",
    "## Settings",
    "",
    ...rows(Object.entries(settings).filter(([, value]) => value !== undefined)),
    "",
    "## Curve",
    "",
    `Result: the weights of step ${outcome.resultStep} of ${outcome.step}${worse === undefined ? "" : `, which are ${worse}`}.`,
    "",
    "| step | loss | rate | gradient | validation |",
    "|---:|---:|---:|---:|---:|",
    ...(outcome.before ? [`| 0 | | | | ${outcome.before.loss.toFixed(4)} |`] : []),
    ...shownLosses(outcome).map(
      ({step, loss, rate, norm, validation}) =>
        `| ${step} | ${loss.toFixed(4)} | ${rate.toExponential(2)} | ${norm.toFixed(3)} | ${validation?.toFixed(4) ?? ""} |`
    ),
    ""
  ].join("\n");
}

/** That the kept weights are worse on validation than those that training began with; undefined when they are not, or were not checked. */
export function worseThanBefore({
  before,
  validations,
  resultStep
}: Pick<TrainingOutcome, "before" | "validations" | "resultStep">): string | undefined {
  const kept = validations.find(({step}) => step === resultStep);
  if (!before || !kept || kept.loss <= before.loss) return undefined;
  return `worse on validation than what the training began with (a loss of ${kept.loss.toFixed(4)}, before ${before.loss.toFixed(4)})`;
}

function cutOf({cut, leftOut}: {cut?: number; leftOut?: number}, format: unknown): [string, string][] {
  const said = cutWords({cut, leftOut});
  const why = `longer than \`length\`${format === "preference" ? ", or of one answer" : ""}`;
  return said === undefined ? [] : [[why, said]];
}

function cutWords({cut = 0, leftOut = 0}: {cut?: number; leftOut?: number}): string | undefined {
  return cut + leftOut === 0 ? undefined : `${cut} rows cut, ${leftOut} more left out`;
}

const DECIDED: Record<CheckedOn["decided"][number], string> = {
  best: "the weights are those of the best check",
  patience: "training would end when checks got no better"
};

function validationOf(checked: CheckedOn): string {
  const {part, rows, rowsSha256, decided} = checked;
  return [
    `part ${part}, ${rows} rows`,
    cutWords(checked),
    `SHA-256 of the row ids ${rowsSha256}`,
    decided.length === 0 ? "decided nothing" : decided.map((how) => DECIDED[how]).join(", ")
  ]
    .filter((one) => one !== undefined)
    .join("; ");
}

/** Some twenty steps, and every one that was validated. */
function shownLosses({curve, validations}: TrainingOutcome) {
  const every = Math.max(1, Math.ceil(curve.length / SHOWN));
  const validated = new Map(validations.map(({step, loss}) => [step, loss]));
  return curve
    .filter(({step}) => (step - 1) % every === 0 || validated.has(step) || step === curve.length)
    .map((record) => ({...record, validation: validated.get(record.step)}));
}

/** Names come from data and users: no pipe or line break may end a cell. */
function tableCell(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replaceAll("|", "\\|");
}

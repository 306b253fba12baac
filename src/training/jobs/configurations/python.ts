import type {JobRecord} from "../../../base/store/index.js";
import {withMore} from "../more.js";
import {trainFile, validationFile} from "../services/files.js";
import {toolSettings, TRL_WORDS, WARM_UP} from "./settings.js";

/** A value as Python writes it. */
export function pythonValue(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, one]) => `${pythonValue(name)}: ${pythonValue(one)}`)
      .join(", ")}}`;
  // JSON's escapes are Python's, but for characters outside the first plane, which it keeps as they are.
  return JSON.stringify(value);
}

/** Named arguments of a call, a line each; those without a value are left out. */
export function keywords(settings: Record<string, unknown>, indent = "    "): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${indent}${name}=${pythonValue(value)},`)
    .join("\n");
}

/**
 * Lines that hold the job's files against their hashes and define `rows_of`, which reads one. `data` is the folder with them. Not by the
 * library's own reader of JSON, which makes times of texts that look like dates.
 */
export function readData(job: JobRecord, data = "."): string {
  const files = Object.fromEntries(job.data.map(({path, sha256}) => [path, sha256]));
  return `DATA = ${pythonValue(data)}
for path, expected in ${pythonValue(files)}.items():
    with open(f"{DATA}/{path}", "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    if found != expected:
        sys.exit(f"hash mismatch: {path} has {found}, not {expected}")


def rows_of(path):
    with open(f"{DATA}/{path}", encoding="utf-8") as file:
        return [json.loads(line) for line in file]`;
}

/** Lines that define `dataset_of`, which makes a dataset of rows. */
export const DATASET_OF = `# Fields of calls and tools have values of several types, which releases before 4.7 refuse.
MIXED = {"on_mixed_types": "use_json"} if "on_mixed_types" in inspect.signature(Dataset.from_dict).parameters else {}


def dataset_of(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return Dataset.from_dict({name: [row.get(name) for row in rows] for name in names}, **MIXED)`;

/** Lines that set `train` and `validation`, by `rows_of` and `dataset_of`. */
export function setDatasets(job: JobRecord): string {
  const made = (path: string) => `dataset_of(rows_of(${pythonValue(path)}))`;
  const validation = validationFile(job);
  return `train = ${made(trainFile(job))}
validation = ${validation === undefined ? "None" : made(validation)}`;
}

/** Lines that import TRL's trainer and its configuration. Some releases have that of KTO among their experiments. */
export function trlImport(config: string, trainer: string): string {
  const names = `${config}, ${trainer}`;
  if (!trainer.startsWith("KTO")) return `from trl import ${names}`;
  return `try:
    from trl import ${names}
except ImportError:
    from trl.experimental.kto import ${names}`;
}

/** TRL's trainer for a job and a call of its configuration, indented as an argument; `special` are settings of this tool alone. The job's own words come last. */
export function trlTrainer(
  job: JobRecord,
  output: string,
  special: Record<string, unknown> = {}
): {trainer: string; config: string; call: string} {
  const {beta, more, ownWarmUp} = toolSettings(job, TRL_WORDS);
  const method = beta === undefined ? "SFT" : job.format === "trl-kto" ? "KTO" : "DPO";
  const config = `${method}Config`;
  // Transformers 5 takes a share of the steps as `warmup_steps`, where earlier releases take a number, and has dropped `warmup_ratio`.
  const warmUp = ownWarmUp
    ? ""
    : `\n        **{"warmup_ratio" if "warmup_ratio" in ${config}.__dataclass_fields__ else "warmup_steps": ${WARM_UP}},`;
  // Earlier releases cut the prompt of what is compared to 512 tokens.
  const prompt =
    beta === undefined || more?.max_prompt_length !== undefined
      ? ""
      : `\n        **({"max_prompt_length": None} if "max_prompt_length" in ${config}.__dataclass_fields__ else {}),`;
  const settings = keywords(withMore({...trlSettings(job, output), ...special}, more), "        ");
  return {trainer: `${method}Trainer`, config, call: `${config}(\n${settings}${warmUp}${prompt}\n    )`};
}

function trlSettings(job: JobRecord, output: string): Record<string, unknown> {
  const {epochs, rows, rate, length, seed, beta} = toolSettings(job, TRL_WORDS);
  return {
    output_dir: output,
    num_train_epochs: epochs,
    per_device_train_batch_size: rows,
    learning_rate: rate,
    lr_scheduler_type: "cosine",
    max_length: length,
    seed,
    beta,
    logging_steps: 1,
    save_strategy: "epoch",
    eval_strategy: validationFile(job) === undefined ? "no" : "epoch",
    report_to: "none"
  };
}

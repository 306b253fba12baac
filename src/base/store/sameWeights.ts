import type {ModelParent} from "./records/model.js";

/** What tells of a model's weights and of what they were made of. */
export interface WeightsRecord {
  id: string;
  name: string;
  architecture?: string;
  createdAt?: string;
  files?: readonly {path: string; sha256: string}[];
  parents?: readonly ModelParent[];
  training?: object;
}

/** Whether a file holds weights, by its name. */
export function isWeightFile(path: string): boolean {
  return /\.(safetensors|gguf)$/.test(path);
}

/** Whether two models have the same weights, by the hashes of their files: of all where none is known to hold weights. */
export function sameWeights(a: Pick<WeightsRecord, "files">, b: Pick<WeightsRecord, "files">): boolean {
  return weightsOf(a) === weightsOf(b);
}

function weightsOf({files = []}: Pick<WeightsRecord, "files">): string {
  const weights = files.filter(({path}) => isWeightFile(path));
  return JSON.stringify((weights.length > 0 ? weights : files).map(({sha256}) => sha256).sort());
}

/** Of records of one model the one that tells most of what it was made of, and of those the newest. */
export function mostTold<T extends WeightsRecord>(records: readonly T[]): T | undefined {
  return [...records].sort((a, b) => originCount(b) - originCount(a) || newer(a, b))[0];
}

function originCount({training, parents = []}: Pick<WeightsRecord, "training" | "parents">): number {
  return Number(training !== undefined) + Number(parents.length > 0);
}

const newer = (a: WeightsRecord, b: WeightsRecord) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "");

/** Whether a model's files were entered as they lay there, whoever made them. */
export function isEntered({architecture = ""}: Pick<WeightsRecord, "architecture">): boolean {
  return ["checkpoint", "adapter", "gguf"].includes(architecture);
}

/**
 * Of files that were entered as a model of their own the record of the same weights that tells more: what was made here goes before
 * what was entered. Undefined when there is none.
 */
export function toldElsewhere<T extends WeightsRecord>(
  model: Omit<WeightsRecord, "name">,
  known: readonly T[]
): T | undefined {
  if (!isEntered(model) || !model.files?.some(({path}) => isWeightFile(path))) return undefined;
  const rank = (one: Omit<WeightsRecord, "id" | "name">) => 3 * Number(!isEntered(one)) + originCount(one);
  return known
    .filter(
      (one) =>
        one.id !== model.id &&
        one.architecture !== "adapted" &&
        sameWeights(one, model) &&
        rank(one) > rank(model)
    )
    .sort((a, b) => rank(b) - rank(a) || newer(a, b))[0];
}

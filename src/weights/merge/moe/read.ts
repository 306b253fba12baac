import type * as YamlLibrary from "yaml";
import type {LineCounter, Node} from "yaml";
import {onFirstUse, readYaml} from "../../../base/system/index.js";
import {RecipeError} from "../recipe/problems.js";
import {layoutFor, sharedComplaint} from "./layout.js";
import {parseReference} from "../recipe/reference.js";
import {meant, told} from "../recipe/told.js";
import type {ModelReference, RecipeDtype} from "../recipe/types.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

export interface Expert {
  model: ModelReference;
  positive: string[];
  negative: string[];
  /** Standard deviation of the noise added to the expert's weights. */
  noiseScale?: number;
  /** What the weights that write into the residual stream (down_proj) are multiplied by. */
  residualScale?: number;
}

export interface MoeRecipe {
  base: ModelReference;
  experts: Expert[];
  shared: Expert[];
  routing: "random" | "uniform_random" | "cheap_embed";
  /** As the recipe says; else the base's kind decides. */
  architecture?: string;
  dtype?: RecipeDtype;
  expertsPerToken: number;
  text: string;
  /** Line of each top-level key. */
  lines: Record<string, number>;
}

const KEYS = [
  "base_model",
  "experts",
  "shared_experts",
  "gate_mode",
  "architecture",
  "dtype",
  "experts_per_token"
];
const EXPERT_KEYS = ["source_model", "positive_prompts", "negative_prompts", "noise_scale", "residual_scale"];
const ARCHITECTURES = ["mixtral", "qwen", "qwen2", "qwen3", "qwen2_moe", "qwen3_moe"];
const ROUTINGS = ["random", "uniform_random", "cheap_embed"];
const DTYPES: Record<string, RecipeDtype> = {float32: "F32", float16: "F16", bfloat16: "BF16"};

/** Reads a mixture recipe. All problems are thrown at once, with their lines. */
export function readMoeRecipe(recipe: string | object, file?: string): MoeRecipe {
  const text = typeof recipe === "string" ? recipe : yaml().stringify(recipe);
  const {documents, counter, problems} = readYaml(text);
  if (problems.length > 0) throw new RecipeError(problems, file);
  const {document, value} = documents[0] ?? {};
  const problem = (path: (string | number)[], message: string) =>
    problems.push({
      line: lineOf(document!.contents, path, counter),
      message: told(value, path.join("."), message)
    });
  if (!isMapping(value))
    throw new RecipeError([{line: 1, message: "a recipe is a mapping with base_model and experts."}], file);
  for (const key of Object.keys(value))
    if (!KEYS.includes(key))
      problem(
        [key],
        `unknown key ${JSON.stringify(key)}.${meant(key, KEYS)} Known here: ${KEYS.join(", ")}.`
      );
  const base = reference(value.base_model, ["base_model"], problem);
  const routing = String(value.gate_mode ?? "hidden");
  if (!ROUTINGS.includes(routing))
    problem(
      ["gate_mode"],
      routing === "hidden"
        ? `gate_mode hidden needs a model to be run, which is not done here. Use ${ROUTINGS.join(", ")}.`
        : `unknown gate_mode ${JSON.stringify(routing)}.${meant(routing, ROUTINGS)} Use ${ROUTINGS.join(", ")}.`
    );
  const prompted = routing === "cheap_embed";
  const experts = readExperts(value.experts, "experts", prompted, problem);
  const shared =
    value.shared_experts == null
      ? []
      : readExperts(value.shared_experts, "shared_experts", prompted, problem);
  const perToken = value.experts_per_token ?? 2;
  if (!Number.isSafeInteger(perToken) || (perToken as number) < 1)
    problem(["experts_per_token"], "experts_per_token is a whole number above 0.");
  else if (experts.length < (perToken as number))
    problem(["experts"], `there are ${experts.length} experts but experts_per_token is ${String(perToken)}.`);
  const architecture = value.architecture == null ? undefined : String(value.architecture);
  if (architecture !== undefined && !ARCHITECTURES.includes(architecture))
    problem(
      ["architecture"],
      `architecture is one of ${ARCHITECTURES.join(", ")}, not ${JSON.stringify(value.architecture)}.${meant(architecture, ARCHITECTURES)}`
    );
  // "qwen", and nothing, leave the layout to the base's kind, which is not known yet.
  const decided =
    architecture !== undefined && architecture !== "qwen" && ARCHITECTURES.includes(architecture);
  const complaint = decided
    ? sharedComplaint(layoutFor(architecture, false, undefined), shared.length)
    : undefined;
  if (complaint !== undefined) problem(["shared_experts"], complaint);
  const dtype = value.dtype == null ? undefined : DTYPES[String(value.dtype).replace(/^torch\./, "")];
  if (value.dtype != null && !dtype)
    problem(
      ["dtype"],
      `unknown dtype ${JSON.stringify(value.dtype)}.${meant(value.dtype, Object.keys(DTYPES))} Use float32, float16 or bfloat16.`
    );
  if (prompted && experts.length > 1 && new Set(experts.map(({positive}) => positive.join("\0"))).size === 1)
    problem(["experts"], "all experts have the same prompts, so the router could not tell them apart.");
  if (problems.length > 0) throw new RecipeError(problems, file);
  return {
    base: base!,
    experts,
    shared,
    routing: routing as MoeRecipe["routing"],
    architecture,
    dtype,
    expertsPerToken: perToken as number,
    text,
    lines: Object.fromEntries(
      Object.keys(value).map((key) => [key, lineOf(document!.contents, [key], counter)])
    )
  };
}

/** Whether a recipe asks for a mixture of experts. Text that is no YAML does not. */
export function isMoeRecipe(recipe: string | object): boolean {
  if (typeof recipe !== "string") return "experts" in recipe;
  const [document, ...others] = yaml().parseAllDocuments(recipe);
  return (
    document !== undefined &&
    others.length === 0 &&
    yaml().isMap(document.contents) &&
    document.contents.has("experts")
  );
}

type Report = (path: (string | number)[], message: string) => void;

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function reference(value: unknown, path: (string | number)[], problem: Report): ModelReference | undefined {
  const parsed =
    typeof value === "string" ? parseReference(value) : "a model is a path such as ./models/base";
  if (typeof parsed !== "string") return parsed;
  problem(path, `${parsed}.`);
  return undefined;
}

function readExperts(value: unknown, key: string, prompted: boolean, problem: Report): Expert[] {
  if (!Array.isArray(value) || value.length === 0) {
    problem([key], `${key} is a list of {source_model, positive_prompts}.`);
    return [];
  }
  return value.flatMap((entry: unknown, i) => {
    if (!isMapping(entry)) {
      problem([key, i], "an expert is a mapping with source_model.");
      return [];
    }
    for (const name of Object.keys(entry))
      if (!EXPERT_KEYS.includes(name))
        problem(
          [key, i, name],
          `unknown key ${JSON.stringify(name)}.${meant(name, EXPERT_KEYS)} Known here: ${EXPERT_KEYS.join(", ")}.`
        );
    const model = reference(entry.source_model, [key, i, "source_model"], problem);
    const prompts = (name: string) => {
      const list = entry[name] ?? [];
      if (Array.isArray(list) && list.every((text) => typeof text === "string")) return list as string[];
      problem([key, i, name], `${name} is a list of texts.`);
      return [];
    };
    const scale = (name: string, least: number) => {
      const number = entry[name];
      if (number === undefined || number === null) return undefined;
      if (typeof number === "number" && Number.isFinite(number) && number >= least) return number;
      problem([key, i, name], `${name} is a number${least === 0 ? " of at least 0" : ""}.`);
      return undefined;
    };
    const noiseScale = scale("noise_scale", 0);
    const residualScale = scale("residual_scale", -Infinity);
    const positive = prompts("positive_prompts");
    if (prompted && positive.length === 0)
      problem([key, i], "cheap_embed needs positive_prompts for every expert.");
    if (!model) return [];
    return [
      {
        model,
        positive,
        negative: prompts("negative_prompts"),
        noiseScale,
        residualScale
      }
    ];
  });
}

function lineOf(root: unknown, path: readonly (string | number)[], counter: LineCounter): number {
  let node = root as Node | null;
  let line = node?.range ? counter.linePos(node.range[0]).line : 1;
  for (const part of path) {
    const pair = yaml().isMap(node)
      ? node.items.find(({key}) => yaml().isScalar(key) && key.value === part)
      : undefined;
    const next = pair
      ? (pair.value as Node | null)
      : yaml().isSeq(node)
        ? (node.items[Number(part)] as Node | undefined)
        : undefined;
    const at = (pair?.key as Node | undefined)?.range ?? next?.range;
    if (at) line = counter.linePos(at[0]).line;
    if (!next) break;
    node = next;
  }
  return line;
}

import {join} from "node:path";
import {specialTokenText} from "../../safetensors/index.js";
import {UserError} from "../../../base/validation/errors.js";
import {readJson} from "../../../base/system/files.js";
import {RandomDraws} from "../numeric/random.js";
import {heldTensor} from "../plan/inputs.js";
import {type OpenModel, tokenizerFolder} from "../plan/model.js";
import {readVocabulary} from "../tokenizer/vocabulary.js";
import {TokenTable} from "../tokenizer/rows.js";
import type {Expert, MoeRecipe} from "./read.js";

/** For each layer, a router over the experts, [experts, hidden], and the shared expert's gate where there is one. */
export interface Gates {
  routers: Float32Array[];
  shared: Float32Array[];
}

/**
 * `random` draws from a standard normal and `uniform_random` evenly from [-1/sqrt(hidden), 1/sqrt(hidden)), both by
 * (seed, layer); `cheap_embed` is the same for every layer. A shared expert with prompts is one more row.
 */
export async function makeRouters(
  moe: MoeRecipe,
  base: OpenModel,
  {hidden, layers, seed}: {hidden: number; layers: number; seed: number}
): Promise<Gates> {
  const prompted = moe.shared.filter(({positive}) => positive.length > 0);
  const experts = [...moe.experts, ...prompted];
  const rows =
    moe.routing === "cheap_embed"
      ? await sameRows(experts, base, {hidden, layers})
      : drawnRows(moe.routing, {count: experts.length * hidden, hidden, layers, seed});
  const own = moe.experts.length * hidden;
  return {
    routers: rows.map((layer) => layer.subarray(0, own)),
    // A sigmoid of zero: a shared expert without prompts counts by half until it is trained.
    shared: rows
      .slice(0, moe.shared.length * layers)
      .map((layer) => (prompted.length > 0 ? layer.subarray(own) : new Float32Array(hidden)))
  };
}

function drawnRows(
  routing: MoeRecipe["routing"],
  {count, hidden, layers, seed}: {count: number; hidden: number; layers: number; seed: number}
): Float32Array[] {
  const limit = 1 / Math.sqrt(hidden);
  return Array.from({length: layers}, (_, layer) => {
    const draws = new RandomDraws(seed, `gate.${layer}`, routing);
    const uniform = (i: number) => (draws.at(i) + 0.5) / 4294967296;
    return Float32Array.from({length: count}, (_v, i) =>
      routing === "random"
        ? Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1))
        : (2 * uniform(i) - 1) * limit
    );
  });
}

async function sameRows(
  experts: readonly Expert[],
  base: OpenModel,
  {hidden, layers}: {hidden: number; layers: number}
): Promise<Float32Array[]> {
  const {direction, close} = await promptDirections(base, hidden);
  const rows = new Float32Array(experts.length * hidden);
  try {
    for (const [k, {positive, negative}] of experts.entries()) {
      const towards = direction(positive);
      const away = negative.length > 0 ? direction(negative) : undefined;
      rows.set(away ? unit(towards.map((v, c) => v - away[c]!)) : towards, k * hidden);
    }
  } finally {
    close();
  }
  return Array.from({length: layers}, () => rows);
}

/** The unit vector along the sum of the embeddings of all tokens of some prompts, each behind the first token (BOS). */
async function promptDirections(
  base: OpenModel,
  hidden: number
): Promise<{direction: (prompts: readonly string[]) => Float64Array; close: () => void}> {
  const folder = tokenizerFolder(base);
  const table = base.checkpoint.tensors.get("model.embed_tokens.weight");
  const vocabulary = table && (await readVocabulary(folder, table.shape[0]!));
  if (!vocabulary)
    throw new UserError(
      `cheap_embed needs model.embed_tokens.weight and tokenizer.json in ${folder}. Add them, or use gate_mode: random.`
    );
  const {Tokenizer} = await import("@huggingface/tokenizers");
  const tokenizer = new Tokenizer(vocabulary.json, {});
  const tokenizerConfig: Record<string, unknown> = {
    ...(await readJson<object>(join(folder, "special_tokens_map.json"))),
    ...(await readJson<object>(join(folder, "tokenizer_config.json")))
  };
  const first = specialTokenText({config: base.config, tokenizer: {}, tokenizerConfig}, "bos") ?? "";
  const rows = new TokenTable(heldTensor(base, table));
  const direction = (prompts: readonly string[]) => {
    const sum = new Float64Array(hidden);
    for (const prompt of prompts)
      for (const id of tokenizer.encode(first + prompt, {add_special_tokens: false}).ids) {
        // What the tokenizer has no token for comes without an id.
        if (!(id < table.shape[0]!)) continue;
        const row = rows.rows(id);
        for (let c = 0; c < hidden; c++) sum[c] = sum[c]! + row[c]!;
      }
    return unit(sum);
  };
  return {direction, close: () => rows.close()};
}

function unit(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(vector.reduce((total, v) => total + v * v, 0));
  return vector.map((v) => v / Math.max(norm, 1e-8));
}

/** Condition number of a router's rows (largest over smallest singular value); above 5 the experts look alike. */
export function conditionNumber(router: Float32Array, experts: number): number {
  const hidden = router.length / experts;
  const gram = Array.from({length: experts}, (_, i) =>
    Array.from({length: experts}, (_v, j) => {
      let sum = 0;
      for (let c = 0; c < hidden; c++) sum += router[i * hidden + c]! * router[j * hidden + c]!;
      return sum;
    })
  );
  const values = eigenvalues(gram);
  const [low, high] = [Math.max(0, Math.min(...values)), Math.max(...values)];
  return low === 0 ? Infinity : Math.sqrt(high / low);
}

/** Of a small symmetric matrix, by Jacobi rotations. */
function eigenvalues(matrix: number[][]): number[] {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        off += a[p]![q]! ** 2;
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * x - s * y;
          a[k]![q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * x - s * y;
          a[q]![k] = s * x + c * y;
        }
      }
    if (off < 1e-24) break;
  }
  return a.map((row, i) => row[i]!);
}

import type {InputRelations, LayerRelations} from "../models/types.js";
import type {TensorAnalysis} from "./engine/job.js";

interface Own {
  model: string;
  squares: number;
  /** Sum of squares of what the figures are of: the difference to the base, or the tensor itself. */
  ownProduct: number;
}

/** Of a pair: sums over the tensors that both have. */
interface PairSums {
  product: number;
  first: number;
  second: number;
}

/** Sums of several tensors' analyses. A tensor that some model lacks counts for those that have it. */
export class Relations {
  private readonly own = new Map<string, Own>();
  private readonly pairs = new Map<string, PairSums>();
  private shared = 0;
  private conflicts = 0;
  private elements = 0;
  private sampled = 0;

  add({models, squares, gram, shared, conflicts, elements, sampled}: TensorAnalysis): void {
    if (sampled === 0) return;
    const n = models.length;
    // A slice may have a model twice, by other layers of it.
    const keys = models.map(
      (model, i) => `${model}\n${models.slice(0, i).filter((m) => m === model).length}`
    );
    for (const [i, key] of keys.entries()) {
      const one = this.own.get(key) ?? {model: models[i]!, squares: 0, ownProduct: 0};
      this.own.set(key, one);
      one.squares += squares[i]!;
      one.ownProduct += gram[i * n + i]!;
      for (const [j, other] of keys.entries()) {
        const at = `${key}\n${other}`;
        const pair = this.pairs.get(at) ?? {product: 0, first: 0, second: 0};
        this.pairs.set(at, pair);
        pair.product += gram[i * n + j]!;
        pair.first += gram[i * n + i]!;
        pair.second += gram[j * n + j]!;
      }
    }
    this.shared += shared;
    this.conflicts += conflicts;
    this.elements += elements;
    this.sampled += sampled;
  }

  /** The figures of all that was added, models in the order of `order`. Undefined before anything was added. */
  result(deltas: boolean, order: readonly string[] = []): InputRelations | undefined {
    if (this.sampled === 0) return undefined;
    const place = (model: string) => order.indexOf(model);
    const entries = [...this.own].sort(([, a], [, b]) => place(a.model) - place(b.model));
    const all = entries.map(([, one]) => one);
    return {
      models: all.map(({model}) => model),
      norms: all.map(({squares}) => Math.sqrt(squares)),
      deltaNorms: deltas ? all.map(({ownProduct}) => Math.sqrt(ownProduct)) : undefined,
      cosine: entries.flatMap(([a]) => entries.map(([b]) => cosineOf(this.pairs.get(`${a}\n${b}`)))),
      signConflict: this.shared > 0 ? this.conflicts / this.shared : null,
      elements: this.elements,
      sampled: this.sampled
    };
  }
}

function cosineOf(pair: PairSums | undefined): number | null {
  if (!pair) return null;
  const {product} = pair;
  const scale = Math.sqrt(pair.first) * Math.sqrt(pair.second);
  return scale > 0 && Number.isFinite(product) ? Math.max(-1, Math.min(1, product / scale)) : null;
}

/** The figures of one tensor; undefined when none of its elements was looked at. */
export function relationsOf(
  analysis: TensorAnalysis | undefined,
  deltas: boolean
): InputRelations | undefined {
  const relations = new Relations();
  if (analysis) relations.add(analysis);
  return relations.result(deltas);
}

/** One report a layer, in order, with models in the order of `models`; tensors outside layers come first, together. */
export function layerReports(
  tensors: readonly {layer?: number; analysis: TensorAnalysis; deltas: boolean}[],
  models: readonly string[]
): LayerRelations[] {
  const byLayer = new Map<number | undefined, {relations: Relations; deltas: boolean}>();
  for (const {layer, analysis, deltas} of tensors) {
    const entry = byLayer.get(layer) ?? {relations: new Relations(), deltas};
    byLayer.set(layer, entry);
    entry.relations.add(analysis);
  }
  return [...byLayer]
    .sort(([a], [b]) => (a ?? -1) - (b ?? -1))
    .flatMap(([layer, {relations, deltas}]) => {
      const result = relations.result(deltas, models);
      return result ? [{layer, relations: result}] : [];
    });
}

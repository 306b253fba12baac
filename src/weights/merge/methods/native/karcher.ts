import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf, type TensorPart, sums, vectorsOf, walkOf} from "./arithmetic.js";

/** Elements up to which the point reached so far is kept between the steps (32 MB); larger tensors work it out anew. */
const KEPT = 1 << 23;

interface KarcherStep {
  /** Of every model: its cosine with the point, and its factor along the tangent; undefined where it lies on the point. */
  pulls: readonly ({dot: number; factor: number} | undefined)[];
  tangentNorm: number;
  cosine: number;
  sine: number;
  /** What the new point is divided by; 1 for nothing. */
  norm: number;
}

/**
 * karcher in the tensor's own dtype. Norms are of float32 values, and a norm that divides keeps float32; one that
 * multiplies from the left is rounded first, as the reference's type promotion has it.
 */
export function karcherNative(tensor: MergeTensor, maxIterations: number, tolerance: number): void {
  const {r, fill} = arithmeticOf(tensor);
  const whole = vectorsOf(tensor, "whole");
  const inputs = tensor.job.inputs.map((_, i) => i);
  const walk = walkOf(tensor, inputs, false);
  const f = Math.fround;
  const total = (term: (part: TensorPart, i: number) => number) => sums(walk, whole, term)[0]!;
  const normOf = (term: (part: TensorPart, i: number) => number) =>
    f(Math.sqrt(total((part, i) => term(part, i) ** 2)));
  const norms = inputs.map((k) => normOf(({values}, i) => values[k]![i]!));
  const live = inputs.filter((k) => norms[k]! > tolerance);
  const out = tensor.float();
  if (live.length === 0) return walk(({start, count}) => tensor.store({start, count}, out.fill(0, 0, count)));
  const share = f(1 / live.length);
  const unit = ({values}: TensorPart, i: number, k: number) => r(values[k]![i]! / norms[k]!);
  const sum = (part: TensorPart, i: number) =>
    live.reduce((mix, k) => r(mix + r(share * unit(part, i, k))), 0);
  const meanNorm = normOf(sum);
  const first = (part: TensorPart, i: number) =>
    meanNorm < tolerance ? unit(part, i, live[0]!) : r(sum(part, i) / meanNorm);
  const tangent = (part: TensorPart, i: number, u: number, pulls: KarcherStep["pulls"]) =>
    live.reduce((mix, k, at) => {
      const pull = pulls[at];
      return pull ? r(mix + r(pull.factor * r(unit(part, i, k) - r(pull.dot * u)))) : mix;
    }, 0);
  const moved = (
    part: TensorPart,
    i: number,
    u: number,
    {pulls, tangentNorm, cosine, sine, norm}: KarcherStep
  ) => {
    const t = tangent(part, i, u, pulls);
    const next = r(r(cosine * u) + r(sine * r(t / tangentNorm)));
    return norm === 1 ? next : r(next / norm);
  };
  const steps: KarcherStep[] = [];
  const kept = tensor.count <= KEPT ? new Float32Array(tensor.count) : undefined;
  if (kept) walk((part) => fill(kept.subarray(part.start), part.count, (i) => first(part, i)));
  const point = (part: TensorPart, i: number) =>
    kept ? kept[part.start + i]! : steps.reduce((u, step) => moved(part, i, u, step), first(part, i));
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const pulls = live.map((k) => {
      const dot = Math.max(-1, Math.min(1, r(total((part, i) => point(part, i) * unit(part, i, k)))));
      const theta = r(Math.acos(dot));
      return theta < tolerance ? undefined : {dot, factor: r(r(theta / r(Math.sin(theta))) * share)};
    });
    const tangentNorm = normOf((part, i) => tangent(part, i, point(part, i), pulls));
    if (tangentNorm < tolerance) break;
    const step: KarcherStep = {
      pulls,
      tangentNorm,
      cosine: r(f(Math.cos(tangentNorm))),
      sine: r(f(Math.sin(tangentNorm))),
      norm: 1
    };
    const norm = normOf((part, i) => moved(part, i, point(part, i), step));
    if (norm > tolerance) step.norm = norm;
    steps.push(step);
    if (kept)
      walk((part) =>
        fill(kept.subarray(part.start), part.count, (i) => moved(part, i, point(part, i), step))
      );
  }
  const scale = f(norms.reduce((a, b) => a + b / norms.length, 0));
  walk((part) => {
    fill(out, part.count, (i) => scale * point(part, i));
    tensor.store(part, out);
  });
}

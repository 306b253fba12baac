import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf, type TensorPart, sums, vectorsOf, walkOf} from "./arithmetic.js";

/** multislerp in the tensor's own dtype. False when the directions cancel out and nothing was stored. */
export function multislerpNative(tensor: MergeTensor, normalizeWeights: boolean, eps: number): boolean {
  const {r, fill} = arithmeticOf(tensor);
  const whole = vectorsOf(tensor, "whole");
  const walk = walkOf(tensor, tensor.others, tensor.base >= 0);
  const sum = (term: (part: TensorPart, i: number) => number) => r(sums(walk, whole, term)[0]!);
  const given = tensor.others.map((i) => tensor.ownRounded(i, "weight"));
  const total = r(given.reduce((a, b) => a + b, 0));
  const weights = normalizeWeights ? given.map((w) => r(w / total)) : given;
  const norms = weights.map((_, k) =>
    r(Math.sqrt(sums(walk, whole, ({values}, i) => values[k]![i]! ** 2)[0]!))
  );
  const scales = norms.map((norm) => r(norm + eps));
  const unit = ({values}: TensorPart, i: number, k: number) => r(values[k]![i]! / scales[k]!);
  const weighted = (each: (k: number) => number) =>
    r(weights.reduce((mix, w, k) => Math.fround(mix + r(each(k) * w)), 0));
  const mixed = (part: TensorPart, i: number) => weighted((k) => unit(part, i, k));
  const length = r(Math.sqrt(sums(walk, whole, (part, i) => mixed(part, i) ** 2)[0]!));
  const out = tensor.float();
  const store = (value: (part: TensorPart, i: number) => number) =>
    walk((part) => {
      const {start, count, base} = part;
      fill(out, count, (i) => value(part, i));
      if (base) fill(out, count, (i) => out[i]! + base[i]!);
      tensor.store({start, count}, out);
    });
  if (length < eps) {
    if (weights.length > 2) return false;
    store(({values}, i) => r(values[0]![i]! * weights[0]!) + r(values[1]![i]! * weights[1]!));
    return true;
  }
  const mean = (part: TensorPart, i: number) => r(mixed(part, i) / length);
  const dots = weights.map((_, k) => sum((part, i) => r(unit(part, i, k) * mean(part, i))));
  const tangent = (part: TensorPart, i: number) => {
    const m = mean(part, i);
    return weighted((k) => r(unit(part, i, k) - r(dots[k]! * m)));
  };
  const angle = r(r(Math.sqrt(sums(walk, whole, (part, i) => tangent(part, i) ** 2)[0]!)) + eps);
  const cosine = r(Math.cos(angle));
  const share = r(r(Math.sin(angle)) / angle);
  const scale = r(norms.reduce((mix, norm, k) => mix + r(norm * weights[k]!), 0));
  store((part, i) => r(r(mean(part, i) * cosine) + r(tangent(part, i) * share)) * scale);
  return true;
}

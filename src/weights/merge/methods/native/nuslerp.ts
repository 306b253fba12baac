import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf, sums, vectorsOf, walkOf} from "./arithmetic.js";

/** nuslerp in the tensor's own dtype: the dtype's coarse cosine decides the angle, which float32 would not give. */
export function nuslerpNative(tensor: MergeTensor, t: number, along: "whole" | "rows" | "columns"): void {
  const {r, fill} = arithmeticOf(tensor);
  const vectors = vectorsOf(tensor, along);
  const deltas = tensor.base >= 0;
  const walk = walkOf(tensor, tensor.others, deltas);
  const least = r(1e-7);
  const [first, second] = [0, 1].map((k) =>
    sums(walk, vectors, ({values}, i) => values[k]![i]! ** 2).map((square) =>
      Math.max(r(Math.sqrt(square)), least)
    )
  ) as [Float64Array, Float64Array];
  const dots = sums(walk, vectors, ({values}, i, v) =>
    r(r(values[0]![i]! / first[v]!) * r(values[1]![i]! / second[v]!))
  );
  const theta = dots.map((dot) => r(Math.acos(Math.max(-1, Math.min(1, r(dot))))));
  const sine = theta.map((angle) => r(Math.sin(angle)));
  const [back, on] = [Math.fround(1 - t), Math.fround(t)];
  const sineOf = (share: number) => theta.map((angle) => r(Math.sin(r(share * angle))));
  const [fromFirst, fromSecond] = [sineOf(back), sineOf(on)];
  const a = tensor.float();
  const b = tensor.float();
  walk(({start, count, base, values}) => {
    const [x, y] = values as [Float32Array, Float32Array];
    const at = (i: number) => vectors.of(start + i);
    const straight = (v: number) => sine[v]! < 1e-8;
    fill(a, count, (i) => x[i]! * (straight(at(i)) ? back : fromFirst[at(i)]!));
    fill(b, count, (i) => y[i]! * (straight(at(i)) ? on : fromSecond[at(i)]!));
    fill(a, count, (i) => a[i]! + b[i]!);
    fill(a, count, (i) => (straight(at(i)) ? a[i]! : a[i]! / sine[at(i)]!));
    if (base) fill(a, count, (i) => base[i]! + a[i]!);
    tensor.store({start, count}, a);
  });
}

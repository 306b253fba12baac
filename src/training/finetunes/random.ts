import {createHash} from "node:crypto";

/** Uniform numbers in [0, 1) from a name: the same name always gives the same stream (sfc32 seeded by SHA-256). */
export function randomStream(name: string): () => number {
  const seed = createHash("sha256").update(name).digest();
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = seed.readInt32LE(12);
  return () => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** 0 … n−1 in a random order (Fisher–Yates). */
export function shuffled(n: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

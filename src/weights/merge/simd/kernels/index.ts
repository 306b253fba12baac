export * from "./active.js";
export * from "./arithmetic.js";
export * from "./consensus.js";
export * from "./convert.js";
export * from "./count.js";
export * from "./keep.js";
export * from "./rank.js";
export * from "./sums.js";

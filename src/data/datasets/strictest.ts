import type {Publishing} from "../../base/store/index.js";

const ORDER: readonly Publishing[] = ["ids", "masked", "text"];

/** The setting that shows least of a row; what is not set does not count. */
export function strictest(first: Publishing, ...others: readonly (Publishing | undefined)[]): Publishing {
  const set = others.filter((one) => one !== undefined);
  return ORDER[Math.min(...[first, ...set].map((one) => ORDER.indexOf(one)))]!;
}

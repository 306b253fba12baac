import {UserError} from "../store/errors.js";
import type {MergeOptions} from "./options.js";

/** Throws a UserError that names tensors with NaN or infinite values, unless those are allowed. */
export function refuseNonFinite(
  tensors: readonly {name: string; nonFinite: number}[],
  {allowNonFinite}: MergeOptions
): void {
  const bad = tensors.filter(({nonFinite}) => nonFinite > 0);
  if (bad.length === 0 || allowNonFinite) return;
  const shown = bad.slice(0, 5).map(({name, nonFinite}) => `${name} (${nonFinite})`);
  throw new UserError(
    `The result holds NaN or infinite values in ${bad.length} tensor${bad.length === 1 ? "" : "s"}: ${shown.join(", ")}${bad.length > 5 ? ", …" : ""}. Check the parents and the weights, or allow such values.`
  );
}

import {UserError} from "../../base/validation/errors.js";
import type {MergeOptions} from "./options.js";

/**
 * Throws a UserError that names tensors with NaN or infinite values, unless those are allowed. `made` is where the finished files
 * wait for a merge that allows them.
 */
export function refuseNonFinite(
  tensors: readonly {name: string; nonFinite: number}[],
  {allowNonFinite}: MergeOptions,
  made?: string
): void {
  const bad = tensors.filter(({nonFinite}) => nonFinite > 0);
  if (bad.length === 0 || allowNonFinite) return;
  const shown = bad.slice(0, 5).map(({name, nonFinite}) => `${name} (${nonFinite})`);
  throw new UserError(
    `The result holds NaN or infinite values in ${bad.length} tensor${bad.length === 1 ? "" : "s"}: ${shown.join(", ")}${bad.length > 5 ? ", …" : ""}. Check the parents and the weights, or allow such values (--allow-nonfinite).${made === undefined ? "" : ` What was made is kept in ${made}: the same merge continues from it, and another one into the same folder removes it.`}`
  );
}

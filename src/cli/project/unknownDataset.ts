import {nearest, UserError} from "../../base/validation/index.js";

/** What is said of a name that is no dataset's, wherever datasets are looked for. */
export function unknownDataset(name: string, known: readonly string[], where = "there are"): UserError {
  const names = [...new Set(known)].sort();
  const near = nearest(name, names);
  const meant = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  return new UserError(`no dataset ${JSON.stringify(name)}; ${where} ${names.join(", ") || "none"}.${meant}`);
}

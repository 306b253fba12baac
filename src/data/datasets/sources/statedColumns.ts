import {UserError} from "../../../base/validation/index.js";

/** Refuses `columns` that name what no file has. @param names what the files have; unknown when they could not be read */
export function assertStated(
  dataset: string,
  columns: Record<string, string> | undefined,
  names: readonly string[] | undefined
): void {
  if (!columns || !names?.length) return;
  const lacking = Object.keys(columns).filter((name) => !names.includes(name));
  if (lacking.length === 0) return;
  const verb = lacking.length === 1 ? "names a column" : "names columns";
  throw new UserError(
    `dataset ${dataset}: \`columns\` ${verb} that no file has: ${quoted(lacking)}. There are ${quoted(names)}. No version was made.`
  );
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 60)));
  return `${shown.join(", ")}${names.length > shown.length ? ", …" : ""}`;
}

/** A folder or file that a line of .gitignore names, however it is anchored, or taken out again. */
const namedBy = (line: string) =>
  line
    .trim()
    .replace(/^!?\/?/, "")
    .replace(/\/$/, "");

/**
 * A project's .gitignore with the lines of ours that it lacks at its end, in its own line endings. A line that names the same,
 * even to take it out again, stands as it is.
 */
export function mergedIgnore(own: string, ours: string): {text: string; added: string[]} {
  const named = new Set(own.split(/\r?\n/).map(namedBy));
  const added = ours.split("\n").filter((line) => line !== "" && !named.has(namedBy(line)));
  if (added.length === 0) return {text: own, added};
  const end = own.includes("\r\n") ? "\r\n" : "\n";
  const before = own === "" || own.endsWith("\n") ? own : own + end;
  return {text: before + added.map((line) => line + end).join(""), added};
}

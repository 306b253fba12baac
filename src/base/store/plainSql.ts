/** What DuckDB says in words of its own, and what it comes to for a person. */
const SAID: [RegExp, string][] = [
  [/expected records, but got non-record JSON/, "its lines are not JSON objects, or there are none"],
  [/Out of Memory Error|failed to (?:pin|allocate)/i, "there is not enough memory for it"],
  [
    /Error when sniffing file/,
    "its lines do not fit its first line, in the number of values, in quotes or in how lines end"
  ],
  [
    /Expected top-level JSON array/,
    "it is not a list of objects. A file with one object a line ends with .jsonl"
  ],
  [/not utf-8 encoded/i, "it is not UTF-8. Save it as UTF-8"],
  [/Object .* has duplicate key/s, "an object in it has a key twice"],
  [/Could not set lock|Conflicting lock/i, "another process holds the file"]
];

const DAMAGED =
  /(?:File|file|match the pattern) ['"]([^'"]+\.parquet)['"](?: too small to be a Parquet file|$|\n)|No magic bytes found at end of file '([^']+)'/;

/** A path that `sqlPath` made a pattern of. */
const plainPath = (pattern: string) => pattern.replace(/\[([*?[])\]/g, "$1");

/**
 * DuckDB's message without its classes of errors, the query and its advice on options that no one has here: one sentence,
 * at most 400 characters, without a full stop.
 */
export function plainSql(message: string): string {
  const [, unread, unmarked] = DAMAGED.exec(message) ?? [];
  const damaged = unread ?? unmarked;
  if (damaged !== undefined)
    return `${message.includes("match the pattern") ? plainPath(damaged) : damaged} is missing or damaged. Restore it from a copy, or remove its folder and make it again`;
  const known = SAID.find(([pattern]) => pattern.test(message));
  const file = /Error when sniffing file "([^"]+)"/.exec(message)?.[1];
  if (known) return file === undefined ? known[1] : `${file}: ${known[1]}`;
  const [first = ""] = message
    .replace(/^(?:Error: )?/, "")
    .split(/\n\s*\n|\nLINE \d+:|\nTry |\nCandidate functions|\nPossible /);
  const plain = first
    .replace(/\b(?:[A-Z][A-Za-z]* ){1,3}Error: /g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.!]$/, "");
  return plain.length > 400 ? `${plain.slice(0, 399)}…` : plain;
}

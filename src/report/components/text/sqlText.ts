/** A name in SQL, whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, whatever it holds. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

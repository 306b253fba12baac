/** A name in SQL, whatever it holds. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, whatever it holds. */
export function quotedText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

const CLOSED =
  /\be'(?:[^'\\]|\\.|'')*'|(?<!\be)'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi;

/** Whether the lines of SQL so far end with a semicolon that is not within a text, a quoted name or a comment. */
export function isWholeStatement(sql: string): boolean {
  if (!sql.trimEnd().endsWith(";")) return false;
  const left = sql.replaceAll(CLOSED, "x").trimEnd();
  return left.endsWith(";") && !/['"]|\/\*|\$\w*\$/.test(left);
}

/** JavaScript ends a line, and with it a `//` comment, also at U+2028 and U+2029, which JSON keeps as they are. */
const LINE_ENDS = /\r\n|[\n\r\u2028\u2029]/;

/** A value as JavaScript, in one line: no text in it ends a comment or is code. */
export function js(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u2028\u2029]/g, escaped);
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Code as comments, whatever ends its lines. */
export function commented(text: string, indent = ""): string {
  return text
    .split(LINE_ENDS)
    .map((line) => `${indent}// ${line}`)
    .join("\n");
}

/** A template literal: `{{column}}` becomes the row's value, and nothing in the text is code. */
export function templateCode(text: string): string {
  const parts = text.split(/\{\{\s*([\w.]+)\s*\}\}/);
  return `\`${parts
    .map((part, i) => (i % 2 === 1 ? `\${row[${js(part)}] ?? ""}` : literalPart(part)))
    .join("")}\``;
}

/** A template literal takes a carriage return for a line feed. */
const literalPart = (text: string) =>
  text
    .replaceAll(/[\\`]|\$\{/g, (found) => `\\${found}`)
    .replaceAll("\r", "\\r")
    .replaceAll(/[\u2028\u2029]/g, escaped);

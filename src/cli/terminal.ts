import {type LogFields, logLine, logsJson} from "./log.js";

/**
 * Text from data and models, made safe for a terminal: control characters other than line feed and tab are shown
 * as escapes, so that nothing can move the cursor, set colours or retitle the window.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}

/** Colour only for people: not when piped, not with NO_COLOR. */
function colours(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

export function bold(text: string): string {
  return colours() ? `\u001b[1m${text}\u001b[22m` : text;
}

export function dim(text: string): string {
  return colours() ? `\u001b[2m${text}\u001b[22m` : text;
}

export interface Column<T> {
  title: string;
  value: (row: T) => string | number | undefined | null;
  align?: "left" | "right";
  /** Long texts are not cut: for the last column, where a person reads what to do. */
  whole?: boolean;
}

/** A plain table: two blanks between columns, numbers to the right, "–" for what is missing. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = rows.map((row) => columns.map((column) => cell(column.value(row), column.whole)));
  const widths = columns.map((column, c) =>
    cells.reduce((most, line) => Math.max(most, line[c]!.length), column.title.length)
  );
  const line = (texts: string[]) =>
    texts
      .map((text, c) => (columns[c]!.align === "right" ? text.padStart(widths[c]!) : text.padEnd(widths[c]!)))
      .join("  ")
      .trimEnd();
  return [bold(line(columns.map((column) => column.title))), ...cells.map(line)].join("\n");
}

function cell(value: string | number | undefined | null, whole = false): string {
  if (value === undefined || value === null) return "–";
  const text = printable(String(value)).replace(/\s+/g, " ");
  return text.length > 80 && !whole ? `${text.slice(0, 79)}…` : text;
}

/** A line on standard output. The only escapes that pass are those of `bold` and `dim`. */
export function print(text: string): void {
  process.stdout.write(shown(text) + "\n");
}

/** A line for the person at the keyboard on standard error, which leaves standard output to the results. */
export function note(text: string, fields?: LogFields): void {
  if (logsJson()) return logLine(text, fields);
  process.stderr.write(shown(text) + "\n");
}

/** A `note` that says the same but once, however often it is asked to. */
export function notedOnce(): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (!told.has(text)) note(text);
    told.add(text);
  };
}

function shown(text: string): string {
  if (!colours()) return printable(text);
  return text
    .split(/(\u001b\[(?:1|2|22)m)/)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join("");
}

/** A reader that has seen enough (`| head`) ends nothing; a disk that is full is said in one line. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      process.exitCode = 1;
      if (stream === process.stdout) note(`assay: the output could not be written: ${error.message}`);
    });
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

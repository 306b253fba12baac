import {createRequire} from "node:module";
import type * as Pino from "pino";
import {withoutEnvironmentSecrets} from "../../base/validation/index.js";
import {withoutEscapes} from "./escapes.js";

/** What a line of the log says beside its words. */
export interface LogFields {
  /** Default "info". */
  level?: "info" | "warn" | "error";
  [field: string]: unknown;
}

let logger: Pino.Logger | undefined;

/** True when standard error is a log of JSON lines. */
export function logsJson(): boolean {
  return logger !== undefined;
}

/** From now on what standard error is told becomes JSON lines, by pino: level, time, msg and fields. */
export function logAsJson(): void {
  // Loaded here, so that commands without it start as quickly as before.
  const {pino} = createRequire(import.meta.url)("pino") as typeof Pino;
  logger = pino(
    {
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: (level) => ({level})}
    },
    {write: (line: string) => process.stderr.write(withoutSecrets(line))}
  );
}

/** One line of the log. */
export function logLine(text: string, {level = "info", ...fields}: LogFields = {}): void {
  logger?.[level](fields, withoutEscapes(text).trim());
}

/** Hides values of variables that are secrets by their names, and passwords in addresses. */
function withoutSecrets(line: string): string {
  return withoutEnvironmentSecrets(line.replace(/(:\/\/)[^\s/@"\\]+@/g, "$1***@"));
}

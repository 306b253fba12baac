import {readFileSync} from "node:fs";

/** The package's version, read from its package.json: the same file from src/ and from lib/. */
export function assayVersion(): string {
  return (
    JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {version: string}
  ).version;
}

import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {expect} from "vitest";

const here = dirname(fileURLToPath(import.meta.url));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the fixtures' shape is the script's business
export const fixtures: any = JSON.parse(
  readFileSync(join(here, "../../fixtures/stats/fixtures.json"), "utf8")
);

const shared = process.env.ASSAY_SHARED ?? join(here, "../../../shared");

/** Path of a shared published dataset, or undefined with a printed reason. */
export function published(name: string): string | undefined {
  const path = join(shared, "data", name);
  if (existsSync(path)) return path;
  console.log(`skipped: no published data at ${path} (set ASSAY_SHARED)`);
  return undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- published files have their own shapes
export const readJson = (...path: string[]): any => JSON.parse(readFileSync(join(...path), "utf8"));

/** Equal within a relative tolerance (absolute below one). */
export function expectClose(actual: number | undefined, expected: number, tolerance = 1e-12): void {
  const error = Math.abs((actual ?? NaN) - expected) / Math.max(1e-300, Math.abs(expected));
  if (!(error <= tolerance || Math.abs((actual ?? NaN) - expected) <= 1e-300))
    expect(actual, `expected ${expected} within a relative ${tolerance}`).toBe(expected);
}

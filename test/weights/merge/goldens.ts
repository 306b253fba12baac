import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect} from "vitest";
import {type Arithmetic, boundsOf, type Case, type Measured, type Tolerance} from "./goldenMerge.js";
import {GOLDEN} from "./support.js";

/** Cases of the golden folder by name; none on a clone without it. */
export async function readManifest(): Promise<Record<string, Case>> {
  if (!GOLDEN) return {};
  const {cases} = JSON.parse(await readFile(join(GOLDEN, "manifest.json"), "utf8")) as {
    cases: Record<string, Case>;
  };
  return cases;
}

export function judge(measured: Measured, tolerance: Tolerance, arithmetic: Arithmetic = "exact"): void {
  expect(measured.elements).toBeGreaterThan(0);
  for (const {key, found, most} of boundsOf(measured, tolerance, arithmetic))
    expect(found, key).toBeLessThanOrEqual(most);
}

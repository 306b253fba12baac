import {defineConfig} from "vitest/config";
import {BaseSequencer, type TestSpecification} from "vitest/node";

/** The longest files first, so that none of them is left to run alone at the end. */
const longest = ["cli/demo", "cli/package", "site/report", "privacy/scanRows", "runner/kill"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({moduleId}: TestSpecification) =>
      longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`)) >>> 0;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // The engine is loaded once for each process, not for each file.
    isolate: false,
    setupFiles: ["test/support/leaveNothing.ts"],
    globalSetup: ["test/support/compiledEngine.ts"],
    // Far above what any test takes: a busy machine is slow, not broken.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    sequence: {sequencer: LongestFirst},
    env: {OBSERVABLE_TELEMETRY_DISABLE: "1"},
    reporters: process.env.CI ? ["default", ["json", {outputFile: "test-results/vitest.json"}]] : ["default"]
  }
});

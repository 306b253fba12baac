import {defineConfig} from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["node_modules", "lib", "dist"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    env: {OBSERVABLE_TELEMETRY_DISABLE: "1"},
    reporters: process.env.CI ? ["default", ["json", {outputFile: "test-results/vitest.json"}]] : ["default"]
  }
});

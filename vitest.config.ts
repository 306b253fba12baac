import {readdirSync, readFileSync} from "node:fs";
import {dirname, relative, resolve} from "node:path";
import type {Plugin} from "vite";
import {defineConfig} from "vitest/config";
import {BaseSequencer, type TestSpecification} from "vitest/node";
import {compiled} from "./test/support/compiledEngine.js";
import {Summary} from "./test/support/summary.js";

/** The longest files first, so that none of them is left to run alone at the end. */
const longest = ["report/site/report", "cli/demo", "docs/guides", "evals/runner/kill"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({moduleId}: TestSpecification) =>
      longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`)) >>> 0;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Rooms whose files of tests share a process, so that the engine is loaded once and not for each. */
const shared =
  "badinput,base,cli,data,docs,evals,inference,report,training,weights/chatTemplates,weights/gguf,weights/merge,weights/models"
    .split(",")
    .map((folder) => `test/${folder}/**/*.test.ts`);
/**
 * What takes long is left to `npm run test:full`, which continuous integration runs as well, and which sets ASSAY_FULL=1:
 * - files that end in `.full.test.ts`, each in a process of its own;
 * - files that begin with `// @module-tag long`, which share one;
 * - tests tagged "long", in files whose others are short;
 * - full counts of what `npm test` does a few times: `inFull(20, 3)` of test/support/full.ts, in tests tagged "counted".
 */
const full = "test/**/*.full.test.ts";

const files = readdirSync("test", {recursive: true, encoding: "utf8"}).map((name) => `test/${name}`);
const filesWith = (tag: RegExp) =>
  files.filter((file) => /(?<!\.full)\.test\.ts$/.test(file) && tag.test(readFileSync(file, "utf8")));
const long = filesWith(/^\/\/ @module-tag long$/m);
/** Files with such tests. */
const tagged = [...new Set([...long, ...filesWith(/tags: \["(long|counted)"/)])];
/** Files of which `npm test` runs nothing. */
const left = long.length + files.filter((file) => file.endsWith(".full.test.ts")).length;

const summary = (mode: string) => new Summary(mode === "full" ? undefined : left);

/** A project reads the whole configuration again, without the mode: what depends on it is told to each. */
const env = {ASSAY_FULL: "1"};

/** A project takes a filter of its own, which its type does not say. */
const only = (...tagsFilter: string[]) => ({tagsFilter});

/** Tests run the compiled engine, as users do, but for those of module versions, which read sources. */
const compiledEngine: Plugin = {
  name: "compiled-engine",
  enforce: "pre",
  resolveId(name, importer = "") {
    if (!name.startsWith(".") || !/^test\/(?!base\/fingerprint\/moduleVersion)/.test(relative(".", importer)))
      return;
    const path = relative("src", resolve(dirname(importer), name));
    return path.startsWith("..") ? undefined : compiled(path);
  }
};

export default defineConfig(({mode}) => ({
  plugins: [compiledEngine],
  test: {
    server: {deps: {external: [/\/lib\//]}},
    projects:
      mode === "full"
        ? [
            {extends: true, test: {name: "full", include: [full], env}},
            {
              extends: true,
              test: {name: "long", include: tagged, isolate: false, env, ...only("long || counted")}
            }
          ]
        : [
            {
              extends: true,
              test: {
                name: "shared",
                include: shared,
                exclude: [full, ...long],
                isolate: false,
                ...only("!long")
              }
            },
            {
              extends: true,
              test: {
                name: "isolated",
                include: ["test/**/*.test.ts"],
                exclude: [...shared, full, ...long],
                ...only("!long")
              }
            }
          ],
    tags: [
      {name: "long", description: "Left to npm run test:full."},
      {name: "counted", description: "Does a few in npm test of what npm run test:full does more often."}
    ],
    setupFiles: ["test/support/leaveNothing.ts"],
    globalSetup: ["test/support/compiledEngine.ts"],
    // Far above what any test takes: a busy machine is slow, not broken.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // One more than cores of a small machine: tests wait for servers, browsers and the disk.
    maxWorkers: 3,
    sequence: {sequencer: LongestFirst},
    env: {OBSERVABLE_TELEMETRY_DISABLE: "1"},
    reporters: process.env.CI
      ? ["default", ["json", {outputFile: "test-results/vitest.json"}], summary(mode)]
      : ["default", summary(mode)]
  }
}));

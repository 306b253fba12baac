import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {piiVerb} from "../../src/cli/pii.js";
import {pullVerb} from "../../src/cli/pull.js";
import {rowsVerb} from "../../src/cli/rows.js";
import {splitVerb} from "../../src/cli/split.js";
import {join} from "node:path";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

let project: string;
beforeAll(async () => {
  project = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  writeLoader(
    project,
    "support",
    `{name: "support", source: {kind: "rows", rows: () => [{id: "1"}], describe: {}}}`
  );
});
afterAll(() => {
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

it("a misspelt dataset is answered with those that there are, one that was not pulled with the command", async () => {
  for (const verb of [rowsVerb, piiVerb, splitVerb]) {
    const called = (name: string) => noted(() => verb(name, {limit: 3}));
    expect(await called("suport")).toContain('no dataset "suport"; there are support.');
    expect(await called("support")).toContain("assay pull support");
  }
});

it("a loader that cannot be loaded is not called no dataset, too", async () => {
  writeLoader(project, "torn", `{name: "torn", text: 3}`);
  const said = await noted(() => pullVerb(["torn"], {}));
  expect(said).toContain("data-loaders/torn.ts");
  expect(said).not.toContain("no such dataset");
});

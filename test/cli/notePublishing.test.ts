import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {definitionsOf} from "../../src/cli/report/build.js";
import {notePublishing} from "../../src/cli/report/notePublishing.js";
import {siteFingerprint} from "../../src/report/site/index.js";
import {statedPublishing} from "../../src/report/site/statedPublishing.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {assay} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {written} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const loader = (
  publish: string
) => `export default {name: "mails", id: "id", ${publish} source: {kind: "rows", rows: () => [{id: "a"}]}};
`;

it(
  "a build goes by what definitions let pages show now, and by what they said where they cannot be loaded",
  {tags: ["long"], timeout: 60_000},
  async () => {
    const project = await temporaryProject();
    for (const folder of ["data-loaders", "evals"]) mkdirSync(join(project, folder));
    // What Framework would make of it does not matter here.
    writeFileSync(join(project, "observablehq.config.js"), `throw new Error("no pages here");`);
    const workspace = await openWorkspace(project, ".assay");
    const write = definitionFile(join(project, "data-loaders"), "mails.ts");
    const noted = async (note: () => Promise<unknown>) => {
      const stderr = await written(process.stderr, note);
      return {
        stderr,
        stated: await statedPublishing(workspace),
        fingerprint: await siteFingerprint(workspace)
      };
    };
    const build = async (text: string) => {
      await write(text);
      return noted(async () => notePublishing(workspace, await definitionsOf(project)));
    };
    await write(loader(""));
    const open = await noted(() => assay(project, "build"));
    expect(open.stated).toEqual({datasets: {}, evals: {}, silent: ["mails"]});
    const closed = await build(loader('publish: "ids",'));
    expect(closed.stated.datasets).toEqual({mails: "ids"});
    expect(closed.fingerprint).not.toBe(open.fingerprint);
    const broken = await build("export default nothing;");
    expect(broken.stderr).toMatch(/! data-loaders\/mails-\w+\.ts/);
    expect(broken.stated.datasets).toEqual({mails: "ids"});
    expect(broken.stderr).not.toContain("by id alone");
    // As on a machine that has never built the site.
    await build(loader(""));
    await assayHere(project, "pull");
    rmSync(join(project, ".assay", "publishing.json"));
    const unknown = await build("export default nothing;");
    expect(unknown.stderr.replace(/\s+/g, " ")).toContain(
      "! dataset mails: no file that loads defines them, nor did one at the last build here. Their rows are shown by id alone"
    );
    expect(unknown.stated).toMatchObject({datasets: {}, others: "ids"});
  }
);

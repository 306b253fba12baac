import {execFileSync} from "node:child_process";
import {mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {codeRevision} from "../../../../src/evals/runner/seal/codeRevision.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

const git = (folder: string, ...words: string[]) =>
  execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.example", ...words], {
    encoding: "utf8"
  }).trim();

describe("the revision of a project's code", () => {
  it("is unknown outside a repository", async () => {
    const {revision, dirty, node} = await codeRevision(await temporaryProject());
    expect({revision, dirty, node}).toEqual({revision: undefined, dirty: undefined, node: process.version});
  });

  it("is the commit of the repository around it, and whether files differ from it", async () => {
    const folder = await temporaryProject();
    const project = join(folder, "evals", "mails");
    const linked = join(await temporaryProject(), "linked");
    mkdirSync(project, {recursive: true});
    symlinkSync(project, linked);
    writeFileSync(join(project, "a.txt"), "1");
    git(folder, "init", "--quiet");
    expect(await codeRevision(project)).toMatchObject({revision: undefined, dirty: undefined});
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "--message", "first");
    const revision = git(folder, "rev-parse", "HEAD");
    expect(await codeRevision(project)).toMatchObject({revision, dirty: false});
    writeFileSync(join(project, "a.txt"), "2");
    expect(await codeRevision(linked)).toMatchObject({revision, dirty: true});
  });
});

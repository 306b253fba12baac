import {mkdtemp} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {vi} from "vitest";
import {openWorkspace, type Workspace} from "../../src/base/store/index.js";
import {madeFolders} from "./madeFolders.js";

/** A project folder of its own for one test, removed after the file's last test. */
export async function temporaryProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), "assay-test-"));
  madeFolders.push(project);
  return project;
}

/** The same, in which commands of this process work until `vi.unstubAllEnvs()`. */
export async function commandProject(): Promise<string> {
  const project = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  return project;
}

export async function temporaryWorkspace(): Promise<Workspace> {
  return openWorkspace(await temporaryProject(), ".assay");
}

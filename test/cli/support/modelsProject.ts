import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, vi} from "vitest";
import {removeModelsVerb} from "../../../src/cli/models/removeModels.js";
import type {BuildContext} from "../../../src/training/finetunes/index.js";
import {listModels} from "../../../src/weights/models/index.js";
import {modelsDir, type Workspace} from "../../../src/base/store/index.js";
import {type Project, wordsProject} from "../../evals/runner/support/project.js";
import {printed} from "../../support/printed.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export let project: Project;
export let workspace: Workspace;
export let dir: string;

export const remove = (...names: string[]) => printed(() => removeModelsVerb(names, {}));
export const ids = async () => (await listModels(dir)).map(({id}) => id);
export const at = (name: string) => join(workspace.project, name);

export function contextOf(): BuildContext {
  return {
    dir,
    dataset: "words",
    version: "v1",
    split: "s1",
    seed: "test",
    rows: async function* (part) {
      for (let i = 0; i < (part === "train" ? 40 : 0); i++)
        yield {id: `r${i}`, text: i % 2 ? "buy pills now" : "meeting at noon", label: i % 2 ? "spam" : "ham"};
    }
  };
}

/** Makes a store with a project for each test. */
export function setUpModels(): void {
  beforeEach(async () => {
    const folder = await temporaryProject();
    await mkdir(join(folder, "evals"));
    vi.stubEnv("ASSAY_PROJECT", folder);
    vi.stubEnv("ASSAY_DIR", join(folder, ".assay"));
    project = await wordsProject(folder, 12);
    ({workspace} = project.store);
    dir = modelsDir(workspace);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    project.store.close();
  });
}

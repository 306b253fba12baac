import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, it} from "vitest";
import {verdicts} from "../../../src/report/site/index.js";
import {openStore, openWorkspace} from "../../../src/base/store/index.js";
import {costStore} from "../../support/costStore.js";

it("tells of which candidates the cost follows from a stated hosting, so that the verdict does not call it unknown", async () => {
  const project = await mkdtemp(join(tmpdir(), "assay-by-hosting-"));
  try {
    await costStore(project);
    const store = await openStore(await openWorkspace(project, `${project}/.assay`));
    const [run] = (await verdicts(store)).runs;
    store.close();
    const byHosting = run!.candidates.map(({name, costByHosting}) => [name, costByHosting]);
    expect(Object.fromEntries(byHosting)).toEqual({large: false, medium: true, small: false, untold: false});
  } finally {
    await rm(project, {recursive: true, force: true});
  }
});

import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

describe("a dataset with earlier states", () => {
  it("has a version of each before the present one, made by the first pull alone", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [1, 1, 2, 3, 3].map((wave, i) => ({id: `r${i}`, wave}));
    const definition = defineDataset({
      name: "waves",
      id: "id",
      source: {kind: "rows", rows: () => rows},
      earlier: ["wave <= 1", "wave <= 2"]
    });
    const first = await pull(workspace, definition);
    expect(first).toMatchObject({
      changed: true,
      version: {rows: 5, changes: {added: 2, removed: 0, changed: 0}}
    });
    expect(await pull(workspace, definition)).toMatchObject({
      changed: false,
      version: {id: first.version.id}
    });
    const store = await openStore(workspace);
    try {
      const versions = await store.versions("waves");
      expect(versions.map(({rows: n}) => n)).toEqual([2, 3, 5]);
      expect(versions.map(({parent}) => parent)).toEqual([undefined, versions[0]!.id, versions[1]!.id]);
    } finally {
      store.close();
    }
  });

  it("has a version of each when its first pull was stopped between them", async () => {
    const workspace = await temporaryWorkspace();
    let reads = 0;
    const definition = defineDataset({
      name: "waves",
      id: "id",
      source: {
        kind: "rows",
        rows: () => {
          if (++reads === 2) throw new Error("the source is gone");
          return [1, 1, 2, 3, 3].map((wave, i) => ({id: `r${i}`, wave}));
        }
      },
      earlier: ["wave <= 1", "wave <= 2"]
    });
    await expect(pull(workspace, definition)).rejects.toThrow("the source is gone");
    await pull(workspace, definition);
    await pull(workspace, definition);
    const store = await openStore(workspace);
    expect((await store.versions("waves")).map(({rows}) => rows)).toEqual([2, 3, 5]);
    store.close();
  });
});

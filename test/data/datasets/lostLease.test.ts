import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {latestVersion, readTombstones, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rowsOf = (n: number) =>
  defineDataset({
    name: "set",
    source: {kind: "rows", rows: () => Array.from({length: n}, (_, i) => ({id: `r${i}`}))},
    id: "id"
  });

/** A clock that is read just before something is written: by then another machine has the lease. */
const takenOver = (workspace: Workspace) => () => {
  const other = {owner: "c", host: "elsewhere", pid: 1, what: "theirs", since: "2026-01-02"};
  writeFileSync(join(workspace.dir, "locks", "pull-set.json"), JSON.stringify(other));
  return new Date();
};

describe("what lost its lease to another machine", () => {
  it("makes no version when it is a pull", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, rowsOf(3));
    await expect(pull(workspace, rowsOf(4), {now: takenOver(workspace)})).rejects.toThrow(
      /a pull of set could not keep its lock/
    );
    expect((await latestVersion(workspace, "set"))?.version).toBe(version.id);
    const versions = (await workspace.place.list("datasets/set")).filter(({folder}) => folder);
    expect(versions.map(({name}) => name)).toEqual([version.id]);
  });

  it("erases nothing when it is a purge", async () => {
    const workspace = await temporaryWorkspace();
    await pull(workspace, rowsOf(3));
    const purged = purge(workspace, "set", {where: "id = 'r1'", reason: "asked", now: takenOver(workspace)});
    await expect(purged).rejects.toThrow(/a purge of set could not keep its lock/);
    expect((await readTombstones(workspace, "set")).rows).toEqual([]);
  });
});

import {describe, expect, it} from "vitest";
import {
  collectGarbage,
  type DatasetDefinition,
  diffVersions,
  driftVerdict,
  pull,
  watchText
} from "../../../src/data/datasets/index.js";
import {rng} from "../../../src/base/stats/rng.js";
import {openStore, readVersion, type VersionManifest} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

describe("a dataset's new rows are watched for drift", () => {
  const random = rng("watched");
  let next = 0;
  const row = (bugs: number, group?: string) => {
    const label = random() < bugs ? "bug" : "question";
    const text = "word ".repeat(1 + Math.floor(random() * 100));
    next++;
    return {id: `${next}`, group: group ?? `g${next}`, text, label, at: `2026-10-01T00:00:${next % 60}Z`};
  };

  it("pull by pull, until they have moved, against the version that is named then", async () => {
    const workspace = await temporaryWorkspace();
    const pulled = async (
      rows: object[],
      more: Partial<DatasetDefinition> = {}
    ): Promise<VersionManifest> => {
      const source = {kind: "rows" as const, rows: () => rows};
      const roles = {append: true, id: "id", label: "label", text: "text", group: "group", time: "at"};
      return (await pull(workspace, {name: "mails", source, ...roles, watch: {}, ...more})).version;
    };
    const many = (n: number, bugs: number) => Array.from({length: n}, () => row(bugs));
    const first = await pulled(many(300, 0.3));
    expect(first.watch).toBeUndefined();
    const steady = await pulled(many(100, 0.3));
    expect(steady.watch).toMatchObject({reference: first.id, rows: 100, every: 1});
    expect(steady.watch!.columns.map(({column, by, n}) => [column, by, n])).toEqual([
      ["text", "length", 100],
      ["label", "value", 100]
    ]);
    expect(watchText("mails", steady.watch!)).toMatch(
      /^mails: no drift in 100 new rows since \w+: largest e-value [\d.]+, of \w+ \(alarm at 40\)$/
    );
    // Rows that are there already are not new, however often they are pulled; of a group only the first counts.
    const again = await pulled([
      {...row(0.3, "g1")},
      {...row(0.3, "new"), id: "n1"},
      {...row(0.3, "new"), id: "n2"}
    ]);
    expect(again.watch).toMatchObject({rows: 101});
    let version = again;
    for (let day = 0; day < 6; day++) version = await pulled(many(50, 0.8));
    expect(watchText("mails", version.watch!)).toMatch(
      /^! mails drifted in 401 new rows since \w+: label \(e-value [\d.e+]+\)/
    );
    const store = await openStore(workspace);
    const diff = await diffVersions(store, first, version);
    const labelled = (watch?: VersionManifest["watch"]) =>
      driftVerdict(diff, {psi: 10}, watch).columns.find(({column}) => column === "label");
    expect(labelled()).toMatchObject({state: "steady"});
    expect(labelled(version.watch)).toMatchObject({
      state: "drifted",
      reason: expect.stringContaining("e-value")
    });
    // What new rows are compared with is not collected.
    await collectGarbage(store, {keep: 1});
    store.close();
    expect(await readVersion(workspace, {dataset: "mails", id: first.id})).toBeDefined();
    const accepted = await pulled(many(50, 0.8), {watch: {against: version.id, columns: ["label"]}});
    expect(accepted.watch).toMatchObject({
      reference: version.id,
      rows: 50,
      columns: [{column: "label", n: 50}]
    });
    expect(watchText("mails", accepted.watch!)).toMatch(/^mails: no drift/);
    await expect(pulled(many(1, 0.5), {watch: {against: "0000"}})).rejects.toThrow(
      /`watch\.against` names "0000"/
    );
    await expect(pulled(many(1, 0.5), {watch: {against: first.id, columns: ["lable"]}})).rejects.toThrow(
      /`watch\.columns` names lable/
    );
  });
});

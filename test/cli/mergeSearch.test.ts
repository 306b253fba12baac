// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, pull} from "../../src/data/datasets/index.js";
import {mergeVerb} from "../../src/cli/models/merge/merge.js";
import {lineage, recordHostedModel} from "../../src/weights/models/index.js";
import {finalRuns, modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {colourModel} from "../support/colourModel.js";
import {printed} from "../support/printed.js";
import {
  evalText,
  project,
  search,
  searchText,
  setUpSearches,
  space,
  withStore,
  writeSpace
} from "./support/searchProject.js";

setUpSearches();

describe("assay merge --search", () => {
  let first: ReturnType<typeof search> | undefined;
  /** The search that the others come after. */
  const firstSearch = () => (first ??= writeSpace("space.yml", space()).then(search));

  it("races merges, parents and their average on validation, and scores the winner once on test", async () => {
    const found = await firstSearch();
    expect(found).toMatchObject({
      tries: 6,
      part: "test",
      bestParent: "knows-red-and-green",
      average: "uniform average",
      earlierSearches: 0
    });
    // A merge knows all three colours: right but for the tenth that is wrong. The best parent knows two of three.
    expect(found.score.mean).toBeGreaterThan(0.85);
    expect(found.overBestParent.difference).toBeGreaterThan(0.2);
    expect(found.overBestParent.low).toBeGreaterThan(0.1);
    expect(found.headline).toMatch(/^Take .* better than the best of its parents\.$/);
    expect(found.overBestParent.high).toBeLessThan(0.45);
    await withStore(async (store) => {
      const own = (await store.runs()).filter((run) => run.eval === "colours-merge-search");
      const final = own.find(({id}) => id === found.run)!;
      const raced = own.filter(({id}) => id !== found.run);
      expect(raced.every(({split}) => split.part === "validation")).toBe(true);
      expect(raced.some(({candidates}) => candidates.length === 6 + 2 + 1)).toBe(true);
      expect(final.split.part).toBe("test");
      expect(final.candidates.map(({name}) => name)).toEqual(
        expect.arrayContaining([found.winner, "knows-red-and-green", "knows-blue", "uniform average"])
      );
      expect(final.candidates.length).toBeLessThanOrEqual(4);
      expect(found.overParents.map(({parent}) => parent)).toEqual(["knows-red-and-green", "knows-blue"]);
      expect(found.overBestParent.low).toBe(found.overParents[0]!.low);
      expect(final.description).toContain(`of 6 merges tried (of ${found.of} settings in the search space)`);
      expect(final.description).toContain("Nothing was chosen on this test part");
      const names = (await lineage(modelsDir(store.workspace), found.model)).map(({name}) => name);
      expect(names).toEqual(expect.arrayContaining([found.winner, "knows-red-and-green", "knows-blue"]));
    });
  }, 300_000);

  it(
    "says in the terminal what won, by how much, and how many were tried",
    {tags: ["long"], timeout: 300_000},
    async () => {
      await firstSearch();
      const runs = () => withStore(async (store) => (await store.runs()).map(({id}) => id).sort());
      const before = await runs();
      const text = await printed(() => mergeVerb(undefined, {search: join(project, "space.yml")}));
      expect(text).toMatch(
        /(won|led) the race.* The race was of 6 merges tried \(of 27 settings in the search space\), 2 parents/
      );
      expect(text).toMatch(
        /Take .*: it is \d+\.\d points \(\d+\.\d to \d+\.\d\) better than the best of its parents\./
      );
      expect(text).toMatch(
        /Over each parent, with intervals that hold for all together: knows-red-and-green \d+\.\d points .*; knows-blue /
      );
      expect(text).toMatch(/Model \D.* \([0-9a-f]{12}\)/);
      // It was done before: nothing is merged, asked or scored a second time.
      expect(await runs()).toEqual(before);
    }
  );

  it(
    "counts the searches that were scored on the same rows before",
    {tags: ["long"], timeout: 300_000},
    async () => {
      await firstSearch();
      const fewer = space("seed: another\nlayers: {words: embedding}").replace("tries: 6", "tries: 2");
      const {earlierSearches, earlierRows} = await search(await writeSpace("other.yml", fewer));
      expect(earlierSearches).toBe(1);
      expect(earlierRows.of).toBeGreaterThan(40);
      expect(earlierRows).toEqual({of: earlierRows.of, scored: earlierRows.of, chosen: 0});
    }
  );

  it(
    "counts them and their tries when the finalists are the same, and when they are of another eval",
    {tags: ["long"], timeout: 300_000},
    async () => {
      const again = await writeSpace("again.yml", space("errorRate: 0.06"));
      expect(await search(again)).toMatchObject({earlierSearches: 2, earlierTries: 8});
      const other = space().replace("eval: colours", "eval: shared").replace("tries: 6", "tries: 2");
      const path = await writeSpace("shared.yml", other);
      expect(await search(path)).toMatchObject({earlierSearches: 3, earlierTries: 14});
      const {text: printedText, told} = await searchText(path);
      expect(told).toMatch(
        /3 earlier searches, of 14 merges tried, had scored their winners on (\d+) of the \1 rows of this test part; with this one 16 were tried\./
      );
      expect(printedText).not.toContain("Nothing was chosen on this test part");
    }
  );

  it(
    "races no copies of a parent, and keeps the parent where a merge only ties with it",
    {tags: ["long"], timeout: 300_000},
    async () => {
      const dir = modelsDir(await openWorkspace(project));
      const base = await colourModel(dir, "knows-nothing", {});
      await colourModel(dir, "zeta-knows-all", {red: 3, green: 3, blue: 3}, base);
      const path = await writeSpace(
        "copies.yml",
        "eval: shared\nmodels: [knows-blue, zeta-knows-all]\nmethods: [slerp]\nweights: [0, 0.3, 1]\n"
      );
      const {text, told} = await searchText(path);
      expect(told).toContain(
        "1 merge of 3 settings in the space, 2 parents and their average; 2 of 3 settings give a parent, the base, the average, another try or nothing: left out"
      );
      expect(text).toContain(
        "zeta-knows-all led the race, undecided against uniform average and slerp 0.3: no merge is shown to be better. The race was of 1 merge tried (of 3 settings in the search space), 2 parents and the uniform average, on the validation part."
      );
      const none = await writeSpace("none.yml", space().replace("[0, 0.5, 1]", "[0]"));
      await expect(search(none)).rejects.toThrow(
        /none\.yml holds no merge beside the uniform average, which every search tries: its 3 settings give a parent, the base/
      );
    }
  );

  it("names what is wrong before anything is merged", async () => {
    const wrong = await writeSpace(
      "wrong.yml",
      space().replace("knows-blue", "knows-blu").replace("base: knows-nothing", "base: nobody")
    );
    await expect(search(wrong)).rejects.toThrow(
      /`models\[1\]` is "knows-blu", which the store does not have \(did you mean "knows-blue"\?\); `base` is "nobody"/
    );
    const bare = await writeSpace("bare.yml", space().replace("eval: colours", "eval: bare"));
    await expect(search(bare)).rejects.toThrow(/split bare has no validation part/);
    await expect(search(await writeSpace("s.yml", space("split: weekly")))).rejects.toThrow(
      /eval colours has no split "weekly": it has random/
    );
    const typo = await writeSpace("typo.yml", space("layers: {words: embeding, head: classifier}"));
    await expect(search(typo)).rejects.toThrow(
      /`layers\.words` is "embeding", which no tensor of the models has in its name \(did you mean "embedding"\?\)/
    );
    await expect(search(join(project, "absent.yml"))).rejects.toThrow(/no search space at/);
    await expect(mergeVerb("recipe.yml", {search: wrong})).rejects.toThrow(/leave the recipe out/);
    await expect(mergeVerb(undefined, {search: wrong, check: true, shardSize: "5GB"})).rejects.toThrow(
      /leave --check, --shard-size out/
    );
    await expect(mergeVerb("recipe.yml", {why: "x"})).rejects.toThrow(/--why .* goes with --search/);
    await expect(mergeVerb(undefined, {})).rejects.toThrow(/name a recipe, or a search space/);
  });

  it("merges and asks nothing when no row is left for the winner", {tags: ["long"]}, async () => {
    await writeFile(
      join(project, "data-loaders", "shades.ts"),
      `import {defineDataset} from "../engine.js";
const parts = ["train", "validation", "test"];
export default defineDataset({
  name: "shades", licence: "CC0", sensitivity: "public", id: "id", text: "text", label: "colour",
  source: {kind: "rows", *rows() {
    for (let i = 0; i < 60; i++)
      yield {id: "s" + i, text: "shade " + i + " is red", colour: "red", part: parts[i % 3],
        later: i % 3 === 2 ? "held-out" : "train"};
  }}
});\n`
    );
    const split = `{name: "parted", strategy: "given", column: "part"}`;
    await writeFile(
      join(project, "evals", "shades.eval.ts"),
      evalText("shades", split, "({output, expected}) => output === expected", "shades")
    );
    const {default: shades} = (await import(join(project, "data-loaders", "shades.ts"))) as {
      default: DatasetDefinition;
    };
    const {version} = await pull(await openWorkspace(project), shades);
    await withStore((store) =>
      ensureSplit(store, version, {name: "later", strategy: "given", column: "later"})
    );
    const path = await writeSpace("shades.yml", space().replace("eval: colours", "eval: shades"));
    await expect(search(path)).rejects.toThrow(
      /no row of the split parted is left in its test part: other splits hold them out/
    );
    const own = await withStore(async (store) =>
      (await store.runs()).filter((run) => run.eval === "shades-merge-search")
    );
    expect(own).toEqual([]);
  });

  // Last, since what it holds out is held out from the others too.
  it(
    "opens a held-out part only with a reason, which is kept",
    {tags: ["long"], timeout: 300_000},
    async () => {
      const path = await writeSpace(
        "kept.yml",
        space("tries: 2").replace("eval: colours", "eval: kept").replace("tries: 6\n", "")
      );
      await expect(search(path)).rejects.toThrow(/split kept has a held-out part.*--why/);
      const found = await search(path, "the release is due");
      expect(found.part).toBe("held-out");
      const opened = await withStore((store) => finalRuns(store.workspace));
      expect(opened.map(({why, eval: name}) => [why, name])).toEqual([
        ["the release is due", "kept-merge-search"]
      ]);
    }
  );

  it("refuses models whose weights are not here", async () => {
    const workspace = await openWorkspace(project);
    const dir = modelsDir(workspace);
    await recordHostedModel(dir, {name: "elsewhere", model: "elsewhere", endpoint: {}, parents: []});
    const path = await writeSpace(
      "hosted.yml",
      "eval: colours\nmodels: [knows-blue, elsewhere]\nmethods: [linear]\nweights: [0, 1]\n"
    );
    await expect(search(path)).rejects.toThrow(/`models\[1\]` is elsewhere, a model that a service has/);
  });
});

import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {staticEmbedding} from "../../src/training/finetunes/index.js";
import {loadModel} from "../../src/weights/models/index.js";
import {contextOf, dir, ids, remove, setUpModels} from "./support/modelsProject.js";

setUpModels();

describe("removing a model", () => {
  it("leaves the weights of others whole that share bytes with it, and drops what nothing shares any more", async () => {
    const options = {text: "text", label: "label", dimensions: 32, maxTokens: 16};
    const base = staticEmbedding({...options, name: "base"});
    const team = staticEmbedding({...options, name: "team", init: base, epochs: 2});
    const [first, second] = [await base.build(contextOf()), await team.build(contextOf())];
    const before = await (await loadModel(dir, second.id)).predict(["meeting at noon"]);
    await remove("base");
    const model = await loadModel(dir, second.id);
    expect(await model.predict(["meeting at noon"])).toEqual(before);
    await remove("team");
    expect(await readdir(join(dir, ".shared"))).toEqual([]);
    // Nothing names the base any more: its record goes, too.
    expect(await ids()).toEqual([first.id]);
    expect(await remove("base")).toMatch(/^removed base/);
    expect(await ids()).toEqual([]);
  });
});

import {existsSync, writeFileSync} from "node:fs";
import {readFile, rm, symlink, truncate, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {sha256} from "../../../src/base/system/index.js";
import {replacedUnseen, settled} from "../../support/replacedFile.js";
import {mergeIn, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  for (const [k, name] of ["a", "b"].entries())
    await writeModel(join(work.path, name), {w: {values: [k + 1, k + 2]}});
  await writeModel(join(work.path, "nan"), {w: {values: [NaN, 1]}});
});
afterAll(() => work.remove());

const mean = (...models: string[]) => ({
  merge_method: "linear",
  models: models.map((model) => ({model, parameters: {weight: 1}}))
});
const notFinite = mean("a", "nan");

describe("an overwritten merge", () => {
  it("stays until the next one is finished", async () => {
    const out = join(work.path, "kept");
    await mergeIn(work.path, mean("a", "b"), {out});
    await expect(mergeIn(work.path, notFinite, {out, overwrite: true})).rejects.toThrow(/NaN or infinite/);
    expect(existsSync(join(out, "model.safetensors"))).toBe(true);
    const {tensors} = await mergeIn(work.path, mean("b"), {out, overwrite: true});
    expect([...tensors.get("w")!.values]).toEqual([2, 3]);
  });

  it("is none of the models that the next one is made from", async () => {
    const out = join(work.path, "parent");
    await mergeIn(work.path, mean("a", "b"), {out});
    await symlink(out, join(work.path, "link"));
    for (const name of ["parent", "link"])
      await expect(mergeIn(work.path, mean(name, "b"), {out, overwrite: true})).rejects.toThrow(
        new RegExp(`not overwritten: this merge is made from ${name}`)
      );
    expect(existsSync(join(out, "model.safetensors"))).toBe(true);
  });

  it("neither holds such a model nor lies in one", async () => {
    const out = join(work.path, "around");
    await mergeIn(work.path, mean("a", "b"), {out});
    await writeModel(join(out, "inner"), {w: {values: [5, 6]}});
    await expect(mergeIn(work.path, mean("around/inner"), {out, overwrite: true})).rejects.toThrow(
      /made from around\/inner/
    );
    const inside = join(work.path, "a/result");
    await mergeIn(work.path, mean("b"), {out: inside});
    await expect(mergeIn(work.path, mean("a"), {out: inside, overwrite: true})).rejects.toThrow(
      /made from a/
    );
    expect(existsSync(join(inside, "model.safetensors"))).toBe(true);
  });
});

describe("a merge that is refused for NaN", () => {
  it("continues from what it made where NaN is allowed", async () => {
    const out = join(work.path, "continued");
    await expect(mergeIn(work.path, notFinite, {out})).rejects.toThrow(
      /--allow-nonfinite.* kept in .*\.continued\.merging/
    );
    expect(existsSync(out)).toBe(false);
    const {report} = await mergeIn(work.path, notFinite, {out, allowNonFinite: true});
    expect(report.resumedShards).toBe(1);
  });
});

describe("a merge whose lock another machine took over", () => {
  it("is not published", async () => {
    const out = join(work.path, "lost");
    const run = mergeIn(work.path, mean("a", "b"), {
      out,
      onProgress: ({tensors}) => {
        if (tensors > 0) takeOver(join(work.path, ".lost.merging.lock"));
      }
    });
    await expect(run).rejects.toThrow(/could not keep its lock/);
    expect(existsSync(out)).toBe(false);
  });
});

function takeOver(lock: string): void {
  writeFileSync(lock, JSON.stringify({owner: "another", what: "another merge"}));
}

describe("a finished merge", () => {
  const token = (id: number, content: string) => ({id, content, special: false, normalized: false});
  const tokenizer = (...words: string[]) =>
    JSON.stringify({
      version: "1.0",
      added_tokens: [token(2, "c")],
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(words.map((word, id) => [word, id])),
        unk_token: "a"
      }
    });

  it("is told from one of inputs replaced in their size and time, and names what it is made from", async () => {
    for (const [k, name] of ["r1", "r2"].entries()) {
      await writeModel(join(work.path, name), {w: {values: [k, k + 1]}});
      await settled(join(work.path, name, "model.safetensors"));
    }
    const out = join(work.path, "replaced");
    const before = await mergeIn(work.path, mean("r1", "r2"), {out});
    await replacedUnseen(join(work.path, "r1/model.safetensors"));
    await expect(mergeIn(work.path, mean("r1", "r2"), {out})).rejects.toThrow(/already holds another merge/);
    const {report, out: other} = await mergeIn(work.path, mean("r1", "r2"));
    const stated = ({parents}: typeof report) => parents[0]!.files[0]!.sha256;
    expect(stated(report)).not.toBe(stated(before.report));
    expect(stated(report)).toBe(sha256(await readFile(join(work.path, "r1/model.safetensors"))));
    expect(await readFile(join(other, "README.md"), "utf8")).toContain(stated(report));
  });

  it("is made again where a tokenizer that orders rows, or a file that is copied, has changed", async () => {
    for (const [k, name] of ["t1", "t2"].entries()) {
      await writeModel(join(work.path, name), {
        "model.embed_tokens.weight": {shape: [3, 1], values: [10 * k, 10 * k + 1, 10 * k + 2]}
      });
      await writeFile(join(work.path, name, "tokenizer.json"), tokenizer("a", "b"));
    }
    const out = join(work.path, "tokens");
    const recipe = {...mean("t1", "t2"), base_model: "t1", tokenizer_source: "base"};
    const first = await mergeIn(work.path, recipe, {out});
    expect([...first.tensors.get("model.embed_tokens.weight")!.values]).toEqual([5, 6, 7]);
    expect((await mergeIn(work.path, recipe, {out})).report.reused).toBe(true);

    await writeFile(join(work.path, "t2/tokenizer.json"), tokenizer("b", "a"));
    await expect(mergeIn(work.path, recipe, {out})).rejects.toThrow(/already holds another merge/);
    const again = await mergeIn(work.path, recipe, {out, overwrite: true});
    expect([...again.tensors.get("model.embed_tokens.weight")!.values]).toEqual([5.5, 5.5, 7]);

    await writeFile(join(work.path, "t1/generation_config.json"), '{"eos_token_id": 1}');
    await mergeIn(work.path, recipe, {out, overwrite: true});
    expect(await readFile(join(out, "generation_config.json"), "utf8")).toContain("eos_token_id");
  });

  it("is refused where its weights are missing, cut or changed, and made again with overwriting", async () => {
    const out = join(work.path, "damaged");
    const recipe = mean("a", "b");
    await mergeIn(work.path, recipe, {out});
    const weights = join(out, "model.safetensors");
    const whole = await readFile(weights);
    const damages: [RegExp, () => Promise<unknown>][] = [
      [/model\.safetensors has \d+ bytes instead of \d+/, () => truncate(weights, whole.length - 1)],
      [
        /model\.safetensors was changed/,
        () =>
          writeFile(
            weights,
            whole.map((byte, i) => (i === whole.length - 1 ? byte ^ 1 : byte))
          )
      ],
      [/model\.safetensors is missing/, () => rm(weights)],
      [/config\.json is missing/, () => rm(join(out, "config.json"))]
    ];
    for (const [why, damage] of damages) {
      await damage();
      await expect(mergeIn(work.path, recipe, {out}), String(why)).rejects.toThrow(why);
      await mergeIn(work.path, recipe, {out, overwrite: true});
      expect(await readFile(weights)).toEqual(whole);
    }
  });

  it("is not made again for a card that was written on, and it is said", async () => {
    const out = join(work.path, "card");
    await mergeIn(work.path, mean("a", "b"), {out});
    await writeFile(join(out, "README.md"), "Ours.");
    const {report} = await mergeIn(work.path, mean("a", "b"), {out});
    expect(report).toMatchObject({
      reused: true,
      warnings: [expect.stringMatching(/README\.md .* was changed/)]
    });
    expect(await readFile(join(out, "README.md"), "utf8")).toBe("Ours.");
  });

  it("with NaN that was allowed is refused where it is not", async () => {
    const out = join(work.path, "allowed");
    await mergeIn(work.path, notFinite, {out, allowNonFinite: true});
    await expect(mergeIn(work.path, notFinite, {out})).rejects.toThrow(/NaN or infinite values in 1 tensor/);
    expect((await mergeIn(work.path, notFinite, {out, allowNonFinite: true})).report.reused).toBe(true);
  });
});

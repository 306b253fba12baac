import {describe, expect, it} from "vitest";
import {finetuned} from "../../src/evals/candidates/index.js";
import {acceptFindings} from "../../src/data/privacy/index.js";
import {asked, declared, made, run, setUpDeclared, store} from "./support/declaredFinetunes.js";

setUpDeclared();

describe("a fine-tune that another fine-tune or an eval names", () => {
  it("is trained on its own dataset where it is the base of one on another", {tags: ["long"]}, async () => {
    const own = await made("preferred");
    expect(own.training!.dataset).toBe("pairs");
    const base = await made("base");
    expect(base.training!.dataset).toBe("words");
    expect(own.parents.map(({id}) => id)).toEqual([base.id]);
    const again = await made("preferred");
    expect(again.createdAt).toBe(own.createdAt);
  });

  it(
    "is refused for its own dataset's personal data, as base and in an eval of another dataset",
    {tags: ["long"]},
    async () => {
      await expect(made("of-open")).rejects.toThrow(/^open: .*1 of 25 rows .*--skip-unresolved/s);
      const source = await declared("open");
      await expect(run("pairs", [finetuned("open", source, asked)])).rejects.toThrow(
        /^open: .*1 of 25 rows/s
      );
      await acceptFindings(store, (await store.latestVersion("private"))!, {what: "r3", reason: "made up"});
      const base = await made("open");
      const {candidates} = await run("pairs", [finetuned("open", source, asked)]);
      expect(candidates[0]!.modelId).toBe(base.id);
      expect((await made("of-open")).parents.map(({id}) => id)).toEqual([base.id]);
    }
  );
});

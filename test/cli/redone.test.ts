import {appendFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {notBuilt, nothing, pageData, rebuilds} from "./support/rebuilt.js";
import {row, ROWS} from "./support/smallProject.js";

const small = rebuilds();

it(
  "redoes what depends on what was changed, and nothing else",
  {tags: ["long"], timeout: 240_000},
  async () => {
    const {project, edit, rebuilt} = small;
    const all = {calls: ROWS, scored: 2 * ROWS, merges: 1, loaders: 1, built: true};
    expect(await rebuilt()).toEqual(all);
    expect(await rebuilt(), "nothing changed").toEqual(nothing);

    await appendFile(join(project, "data", "words.jsonl"), row(ROWS) + "\n");
    expect(await rebuilt(notBuilt), "a row").toEqual({...nothing, calls: 1, scored: 2});
    const rows = ROWS + 1;

    await edit("evals/scorer.ts", "output === expected", "output.trim() === expected");
    expect(await rebuilt(notBuilt), "a scorer").toEqual({...nothing, scored: 2 * rows});

    await edit("evals/words.eval.ts", 'prompt: "{{text}}"', 'prompt: "Say it: {{text}}"');
    expect(await rebuilt(notBuilt), "a prompt").toEqual({...nothing, calls: rows, scored: 2 * rows});

    const weight = 'storedModel("warm"), parameters: {weight: ';
    await edit("evals/words.eval.ts", `${weight}0.5}`, `${weight}0.7}`);
    await edit("lib/more.ts", "and more", "from beside the site");
    expect(await rebuilt(), "a recipe and what a loader's module imports").toEqual({
      ...nothing,
      scored: rows,
      merges: 1,
      loaders: 1,
      built: true
    });
    expect(await pageData(project)).toBe("words from beside the site that are read");
  }
);

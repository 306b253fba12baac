import {expect, it} from "vitest";
import {nothing, pageData, rebuilds} from "./support/rebuilt.js";
import {ROWS} from "./support/smallProject.js";

const small = rebuilds();

it("builds the site again for a page, what a loader imports and what that imports, and asks no loader for a page", async () => {
  const {project, edit, rebuilt} = small;
  const all = {calls: ROWS, scored: 2 * ROWS, merges: 1, loaders: 1, built: true};
  expect(await rebuilt()).toEqual(all);

  await edit("src/words.md", "# Said", "# What was said");
  expect(await rebuilt(), "a page").toEqual({...nothing, built: true});

  await edit("src/data/said.ts", "words", "other words");
  expect(await rebuilt(), "what a loader imports").toEqual({...nothing, loaders: 1, built: true});

  await edit("lib/more.ts", "and more", "from beside the site");
  expect(await rebuilt(), "what that imports").toEqual({...nothing, loaders: 1, built: true});
  expect(await pageData(project)).toBe("other words from beside the site that are read");
  expect(await rebuilt(), "nothing changed").toEqual(nothing);
}, 240_000);

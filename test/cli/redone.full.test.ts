import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it, vi} from "vitest";
import {assay} from "../support/assay.js";
import {nothing, pageData, rebuilds} from "./support/rebuilt.js";
import {ROWS} from "./support/smallProject.js";

const small = rebuilds();

it("builds the site again for a page, a price, what a loader and the configuration import, and asks no loader for a page", async () => {
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

  await writeFile(
    join(project, "prices", "prices.json"),
    JSON.stringify({kind: "prices", prices: []}, null, 2)
  );
  expect(await rebuilt(), "a price").toEqual({...nothing, loaders: 1, built: true});

  await edit("lib/title.ts", "Words", "Titles");
  expect(await rebuilt(), "what the configuration imports").toEqual({...nothing, built: true});

  await edit("data/read.txt", "are read", "a loader reads itself");
  expect(await rebuilt(), "what a loader reads itself").toEqual(nothing);
  vi.stubEnv("LOADED", join(project, "loaded.log"));
  expect((await assay(project, "build")).code).toBe(0);
  vi.unstubAllEnvs();
  expect(await pageData(project)).toBe("other words from beside the site that a loader reads itself");
}, 240_000);

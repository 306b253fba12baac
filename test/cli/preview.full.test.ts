import {expect, it, vi} from "vitest";
import {setUpPreview, SOUND, started} from "./support/previewed.js";

setUpPreview();

it("starts with a configuration that is broken, in a file that it imports, and shows no markup of the error", async () => {
  const broken = 'throw new Error("no <b>title</b> & nothing");\nexport const title = "";\n';
  const {write, page, comes, said} = await started(
    'import {title} from "./lib/none.js";\nexport default {title};\n'
  );
  await comes(503);
  expect((await page()).text).toContain("none.js");
  write("lib/title.ts", broken);
  write("observablehq.config.ts", SOUND);
  await vi.waitUntil(() => said().includes("nothing"), {timeout: 60_000});
  expect((await page()).text).toContain("lib/title.ts:1: Error: no &lt;b&gt;title&lt;/b&gt; &amp; nothing");
  write("lib/title.ts", 'export const title = "Two";\n');
  await comes(200);
}, 240_000);

import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {brokenPages} from "../../src/cli/report/build.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const cell = (specifier: string) =>
  `<script type="module">define({body: async () => { const {overview} = await import("${specifier}"); }});</script>`;

describe("the pages of a built site that cannot work", () => {
  it("are those with an error, and those whose package could not be bundled", async () => {
    const dist = await temporaryProject();
    const write = (name: string, html: string) => writeFileSync(join(dist, name), html);
    write("index.html", cell("./_node/assay@0.1.0/components.e840d225.js"));
    write("linked.html", cell("../_import/components/index.js") + cell("https://example.org/a.js"));
    write("bare.html", cell("assay/components"));
    write("failed.html", `<div class="observablehq--error">no</div>`);
    expect(await brokenPages(dist)).toEqual([
      "bare.html (assay/components could not be bundled)",
      "failed.html (an error instead of a result)"
    ]);
  });
});

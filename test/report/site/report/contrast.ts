import {describe, expect, it} from "vitest";
import {open, report, visit} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {faint} from "./faint.js";

describe("contrast", () => {
  it("is 4.5 to 1 or more for every text, in the light and in the dark", async (context) => {
    // Of all pages as they are first opened, "the built site" sees to it.
    const {page} = await open(context, "");
    for (const path of [
      `differences?run=${byThread().id}&cells=score`,
      `judges?run=${report.run("judged").id}`,
      `costs?run=${report.run("priced").id}`
    ]) {
      await visit(page, path);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({colorScheme});
        expect(await faint(page), `${path}, ${colorScheme}`).toEqual([]);
      }
    }
    await page.close();
  });
});

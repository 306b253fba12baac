import {describe, expect, it} from "vitest";
import {acceptFindings} from "../../src/privacy/index.js";
import {made, setUpRows, withStore} from "./support/rowsProject.js";

setUpRows();

describe("a fine-tune whose rows are others than before", () => {
  it("is another model when it may learn from rows that --skip-unresolved left out", async () => {
    await expect(made("plain")).rejects.toThrow(/1 of 25 rows .*--skip-unresolved/);
    const skipped = await made("plain", true);
    expect(skipped.training!.rows).toBe(19);
    expect((await made("plain", true)).createdAt).toBe(skipped.createdAt);
    await withStore(async (store) =>
      acceptFindings(store, (await store.latestVersion("words"))!, {what: "r3", reason: "made up"})
    );
    const whole = await made("plain");
    expect(whole.training!.rows).toBe(20);
    expect((await made("plain", true)).id).toBe(whole.id);
  });
});

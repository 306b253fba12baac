import {describe, expect, it} from "vitest";
import {keepStatedPublishing, type StatedPublishing} from "../../../src/report/site/statedPublishing.js";
import {allPublished, bare, NOTHING, runOf, SECRET, setUpMasked} from "./support/maskedRun.js";

setUpMasked();

describe("what the report publishes", () => {
  it("tightens what was sealed when a definition has become stricter since, and never loosens it", async () => {
    const {store, run} = await runOf("text");
    const now = async (stated: StatedPublishing) => {
      await keepStatedPublishing(store.workspace, stated, true);
      return allPublished(store, run);
    };
    expect(await now({datasets: {orders: "text"}, evals: {orders: "text"}})).toMatch(SECRET);
    for (const stated of [
      {...NOTHING, datasets: {orders: "ids"}},
      {...NOTHING, evals: {orders: "ids"}}
    ] as const)
      expect(await now(stated as StatedPublishing)).not.toMatch(bare);
    const masked = await now({datasets: {orders: "text"}, evals: {orders: "masked"}});
    expect(masked).not.toMatch(SECRET);
    expect(masked).toContain("<CREDIT_CARD>");
    // A file that cannot be loaded takes nothing back.
    await keepStatedPublishing(store.workspace, {datasets: {orders: "ids"}, evals: {orders: "text"}}, true);
    await keepStatedPublishing(store.workspace, NOTHING, false);
    expect(await allPublished(store, run)).not.toMatch(bare);
    // Nor does one that was never loaded here, of what no other file defines.
    const shows = async (found: StatedPublishing, whole: boolean) => {
      await keepStatedPublishing(store.workspace, NOTHING, true);
      await keepStatedPublishing(store.workspace, found, whole);
      return allPublished(store, run);
    };
    expect(await shows(NOTHING, true)).toMatch(SECRET);
    const evals = {orders: "text"} as const;
    for (const found of [NOTHING, {...NOTHING, evals}, {...NOTHING, silent: ["orders"]}])
      expect(await shows(found, false)).not.toMatch(bare);
    expect(await shows({...NOTHING, evals, silent: ["orders"]}, false)).toMatch(SECRET);

    const {store: closed, run: other} = await runOf("ids");
    await keepStatedPublishing(closed.workspace, {datasets: {orders: "text"}, evals: {orders: "text"}}, true);
    expect(await allPublished(closed, other)).not.toMatch(bare);
  });
});

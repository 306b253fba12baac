import {describe, expect, it} from "vitest";
import {server} from "../evals/runner/support/project.js";
import {made, model, named, run, seen, setUpLater} from "./support/laterEvals.js";

setUpLater();

describe("candidates of later evals", () => {
  it("are made while an earlier eval is prepared, and the eval waits for them", async () => {
    let begun!: () => void;
    const later = new Promise<void>((resolve) => (begun = resolve));
    // Ready only when the later one is under way: were it not begun beforehand, this would wait for ever.
    const first = made("first", {
      apart: false,
      prepare: async () => {
        await later;
        return {endpoint: server(model.url), model: "a"};
      }
    });
    let times = 0;
    const second = made("second", {
      prepare: async () => {
        begun();
        if (times++ === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        return {endpoint: server(model.url), model: "a"};
      }
    });
    expect(await run([await named("one", [first]), await named("two", [second])])).toEqual(["one", "two"]);
    expect(seen.indexOf("second begins")).toBeLessThan(seen.indexOf("first is made"));
    // Once beforehand, once when it is run, one after the other.
    expect(seen.filter((what) => what.startsWith("second"))).toEqual([
      "second begins",
      "second is made",
      "second begins",
      "second is made"
    ]);
    expect(seen.at(-1)).toBe("two has run");
  });

  it("that cannot be made are reported by their own eval, once", async () => {
    const broken = made("second", {prepare: () => Promise.reject(new Error("no memory"))});
    const failures: string[] = [];
    const evals = [await named("one", [made("first")]), await named("two", [broken])];
    const onFailure = async (error: unknown) => void failures.push((error as Error).message);
    expect(await run(evals, {onFailure})).toEqual(["one"]);
    expect(failures).toEqual(["candidate second could not be prepared: no memory"]);
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {code: "ENOSPC"});
    const third = made("third", {prepare: () => Promise.reject(full)});
    await run([await named("three", [third])], {onFailure});
    expect(failures.at(-1)).toMatch(
      /^candidate third could not be prepared: \/.*\.assay: The disk is full: free/
    );
  });
});

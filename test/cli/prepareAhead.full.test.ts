import {describe, expect, it} from "vitest";
import {made, named, run, seen, setUpLater} from "./support/laterEvals.js";

setUpLater();

describe("candidates of later evals", () => {
  it("are not made beforehand when they compute in this process, are not asked for, or nobody is called", async () => {
    const here = made("here", {apart: false});
    const evals = [await named("one", [here]), await named("two", [here, made("other")])];
    await run(evals, {options: {preflight: false, candidates: ["here"]}});
    expect(seen.slice(0, seen.indexOf("one has run"))).toEqual(["here begins", "here is made"]);
    expect(seen).not.toContain("other begins");
    seen.length = 0;
    await run(evals, {options: {preflight: false, dryRun: true}});
    expect(seen.filter((what) => what === "other begins")).toHaveLength(1);
  });
});

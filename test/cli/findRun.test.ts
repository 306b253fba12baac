import {describe, expect, it} from "vitest";
import {findRun, runOfId} from "../../src/base/store/findRun.js";

const run = (id: string, startedAt: string, more: {status?: "partial"; archived?: string} = {}) => ({
  id,
  eval: id.slice(0, id.lastIndexOf("-")),
  startedAt,
  status: "complete" as const,
  archived: undefined,
  ...more
});
const runs = [
  run("lm-1a", "2026-11-01"),
  run("lm-1b", "2026-11-03"),
  run("lm-2c", "2026-11-02"),
  run("lm-3d", "2026-11-04", {status: "partial"}),
  run("lm-4e", "2026-11-05", {archived: "2026-11-06"}),
  run("lm-merge-search-5f", "2026-11-07"),
  run("triage-6a", "2026-11-01", {status: "partial"})
];

describe("findRun", () => {
  it("takes an id, the name of an eval or the beginning of an id", () => {
    const found = (name: string) => findRun(runs, name).id;
    expect(found("lm-1a")).toBe("lm-1a");
    expect(found("lm")).toBe("lm-1b");
    expect(found("triage")).toBe("triage-6a");
    expect(found("lm-2")).toBe("lm-2c");
    expect(found("lm-4e")).toBe("lm-4e");
    expect(() => found("lm-1")).toThrow('"lm-1" is the beginning of 2 runs: lm-1a, lm-1b.');
    expect(() => found("none")).toThrow('the store has no run "none".');
  });

  it("takes no name where runs are deleted or archived", () => {
    expect(runOfId(runs, "lm-2").id).toBe("lm-2c");
    expect(() => runOfId(runs, "lm")).toThrow(
      '"lm" is too little of a run\'s id. Runs whose ids begin so: lm-1a'
    );
    // The only one left that begins so is of another eval.
    const left = runs.filter((one) => one.eval === "lm-merge-search");
    for (const name of ["lm", "lm-", "lm-merge", "lm-merge-search", "lm-merge-search-"])
      expect(() => runOfId(left, name), name).toThrow("is too little of a run's id");
    expect(() => findRun(left, "lm")).toThrow("is too little of a run's id");
    expect(runOfId(left, "lm-merge-search-5").id).toBe("lm-merge-search-5f");
  });
});

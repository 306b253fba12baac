import {expect, it} from "vitest";
import {answersOf} from "../../../src/data/datasets/index.js";
import {asDefined} from "../../../src/data/privacy/index.js";
import type {VersionManifest} from "../../../src/base/store/index.js";

const versionOf = (sensitivity: string) => ({sensitivity}) as VersionManifest;
const rows = {kind: "rows" as const, rows: () => []};

it("a definition that states no sensitivity is internal, but of answers the rows' own counts", () => {
  const answers = {source: answersOf("teacher")};
  expect(asDefined(versionOf("public"), {source: rows}).sensitivity).toBeUndefined();
  expect(asDefined(versionOf("public"), answers).sensitivity).toBe("public");
  expect(asDefined(versionOf("personal"), answers).sensitivity).toBe("personal");
  expect(asDefined(versionOf("public"), {...answers, sensitivity: "personal"}).sensitivity).toBe("personal");
});

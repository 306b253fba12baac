import {describe, expect, it} from "vitest";
import {meaningText} from "../../src/cli/splitMeaning.js";
import {measuresEdition} from "../../src/splits/currentMeasures.js";
import {recommendSplit} from "../../src/splits/index.js";
import type {SplitManifest} from "../../src/store/index.js";

const split = (strategy: string, measures: object, settings = {}) =>
  ({
    id: strategy,
    name: strategy,
    strategy,
    settings,
    counts: {train: 60, test: 20},
    measures: {edition: measuresEdition(), ...measures}
  }) as unknown as SplitManifest;

describe("the comparison of splits", () => {
  it("names the strategies that could not be measured, where others were", () => {
    const embeddingMissing = "no row is in the test part";
    const measured = split("random", {embeddingLeakage: {threshold: 0.85, searched: 20}});
    const group = split("group", {embeddingMissing});
    const cluster = split("cluster", {embeddingMissing});
    const window = {...split("temporal", {embeddingMissing: "no vectors"}, {rolling: 2}), name: "window 1"};
    expect(meaningText([measured, group, cluster, window]).split("\n").slice(-2)).toEqual([
      "neighbour and text distance of group, cluster are not measured: no row is in the test part",
      "neighbour and text distance of window 1 are not measured: no vectors"
    ]);
    expect(meaningText([group, cluster])).toBe(
      "\nneighbour and text distance are not measured: no row is in the test part"
    );
  });

  it("grades how class shares differ as the docs do", () => {
    const said = (labelPsi: number) =>
      recommendSplit([split("random", {labelPsi, exactLeakage: {share: 0}})])!.sentence;
    expect(said(0.099)).toContain("Class shares of test and training are alike (PSI 0.099).");
    expect(said(0.168)).toContain("Class shares of test and training differ slightly (PSI 0.168).");
    expect(said(0.25)).toContain("Class shares of test and training differ strongly (PSI 0.250)");
  });
});

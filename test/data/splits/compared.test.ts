import {describe, expect, it} from "vitest";
import {meaningText} from "../../../src/cli/data/splitMeaning.js";
import {measuresEdition} from "../../../src/data/splits/currentMeasures.js";
import {partWarning, recommendSplit} from "../../../src/data/splits/index.js";
import type {SplitManifest} from "../../../src/base/store/index.js";

const split = (strategy: string, measures: object, settings = {}) =>
  ({
    id: strategy,
    name: strategy,
    strategy,
    settings,
    counts: {train: 70, validation: 15, test: 15},
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

  const shifted = (labelPsi: number, p: number, strategy = "random") =>
    split(strategy, {labelPsi, labelChiSquared: {p}, exactLeakage: {share: 0}});

  it("grades how class shares differ as the docs do", () => {
    const said = (labelPsi: number) => recommendSplit([shifted(labelPsi, 1e-4)])!.sentence;
    expect(said(0.099)).toContain("Class shares of test and training are alike (PSI 0.099).");
    expect(said(0.168)).toContain("Class shares of test and training differ slightly (PSI 0.168).");
    expect(said(0.25)).toContain("Class shares of test and training differ strongly (PSI 0.250)");
  });

  it("calls class shares different, and passes a split over for it, only where chance does not explain it", () => {
    const untold = "too few rows per class to tell whether they differ (PSI 0.749, p 0.41).";
    for (const strategy of ["random", "temporal"])
      expect(recommendSplit([shifted(0.749, 0.41, strategy)])!.sentence).toContain(untold);
    expect(recommendSplit([shifted(0.12, 0.2)])!.sentence).toContain("too few rows per class");
    const random = shifted(0.01, 0.9);
    expect(recommendSplit([random, shifted(0.749, 0.41, "group")])!.split).toBe("group");
    expect(recommendSplit([random, shifted(0.749, 1e-9, "group")])!.split).toBe("random");
    expect(recommendSplit([random, shifted(0.749, 1e-9, "temporal")])!.sentence).toContain(
      "Classes drift over time (PSI 0.749)"
    );
  });
});

describe("the parts of a split", () => {
  const made = (strategy: string, counts: object, settings = {}) =>
    ({...split(strategy, {exactLeakage: {share: 0}}, settings), counts}) as unknown as SplitManifest;

  it("are told of where one is empty or far larger than asked for, with why and what to do", () => {
    expect(partWarning(made("temporal", {train: 340, test: 60}))).toMatch(
      /^split temporal: no row is in validation \(asked for: 15\.0%\)\. Rows of one moment stay together, .*: name a time column that is finer/
    );
    expect(partWarning(made("temporal", {test: 400}))).toMatch(
      /no row is in train \(asked for: 70\.0%\), no row is in validation .*, 400 of 400 rows are in test \(100\.0%; asked for: 15\.0%\)/
    );
    expect(partWarning(made("stratified", {train: 300, "held-out": 300}, {heldOut: 0.1}))).toMatch(
      /no row is in validation .*no row is in test .*300 of 600 rows are in held-out \(50\.0%; asked for: 10\.0%\)\. Rows are few/
    );
    expect(partWarning(made("group", {train: 50, validation: 10, test: 40}))).toMatch(
      /^split group: 40 of 100 rows are in test .*\. Rows of one group stay together/
    );
    expect(partWarning(made("cluster", {train: 90, test: 10}))).toMatch(/Near-duplicates stay together/);
    expect(partWarning(made("given", {train: 9, validation: 1}))).toMatch(
      /^split given: no row is in test\. The column names no row so/
    );
    const days = {cutoffs: {test: "2026-03-01", validation: "2026-02-01"}};
    expect(partWarning(made("temporal", {train: 9, test: 1}, days))).toMatch(
      /no row is in validation\. That is where the rows' times lie/
    );
  });

  it("say nothing where they are near what was asked for", () => {
    for (const one of [
      made("random", {train: 70, validation: 15, test: 15}),
      made("random", {train: 5, validation: 1, test: 2}),
      made("random", {train: 85, test: 15}, {validation: 0}),
      made("given", {train: 1, test: 99}),
      made("temporal", {train: 10, test: 25, unused: 65}, {rolling: 2, window: 1}),
      made("temporal", {train: 10, test: 90}, {rolling: ["2026-03-01"], window: 1}),
      made("temporal", {train: 10, test: 90}, {cutoffs: {test: "2026-03-01"}}),
      made("temporal", {train: 60, validation: 15, test: 15, unused: 10}, {gap: "7 days"})
    ])
      expect(partWarning(one)).toBeUndefined();
  });

  it("that are empty keep a split from being recommended", () => {
    const empty = made("temporal", {train: 340, test: 60});
    const full = made("random", {train: 280, validation: 60, test: 60});
    expect(recommendSplit([empty, full])).toMatchObject({
      split: "random",
      sentence: expect.stringContaining(
        "Passed over, since a part that was asked for is empty: temporal (no validation rows)."
      ) as string
    });
    expect(recommendSplit([empty])).toBeUndefined();
    expect(recommendSplit([{...empty, settings: {validation: 0}}, full])).toMatchObject({split: "temporal"});
  });
});

import {describe, expect, it} from "vitest";
import {clopperPearson, rng, type Rng} from "../../../src/base/stats/index.js";
import {replacement, type ScoreTable} from "../../../src/evals/decisions/index.js";
import {inFull} from "../../support/full.js";

const LOOPS = inFull(2000, 60);
const MARGIN = 0.05;
const terms = {margin: MARGIN, alpha: 0.05, scale: "proportion" as const};
const ROWS = 12_000;

/** Everybody's score on every row there is, row by row or by groups of `size` rows that are lost together. */
interface Population {
  size: number;
  scores: Map<string, Uint8Array>;
}

/** A teacher that is right on 85% of the rows, and others that are worse by exactly so much over all rows. */
function population(losses: Record<string, number>, size: number): Population {
  const random = rng("population", size);
  const groups = ROWS / size;
  const teacher = new Uint8Array(ROWS);
  for (let g = 0; g < groups; g++) teacher.fill(+(random() < 0.85), g * size, (g + 1) * size);
  const scores = new Map([["teacher", teacher]]);
  for (const [name, loss] of Object.entries(losses)) {
    const own = Uint8Array.from(teacher);
    const order = random.shuffle(Array.from({length: groups}, (_, g) => g));
    const gained = order.filter((g) => teacher[g * size] === 0).slice(0, Math.round(0.06 * groups));
    const lost = order
      .filter((g) => teacher[g * size] === 1)
      .slice(0, gained.length + Math.round(loss * groups));
    for (const g of gained) own.fill(1, g * size, (g + 1) * size);
    for (const g of lost) own.fill(0, g * size, (g + 1) * size);
    scores.set(name, own);
  }
  return {size, scores};
}

function sample({size, scores}: Population, rows: number, random: Rng): ScoreTable {
  const picked = Array.from({length: rows / size}, () => random.int(ROWS / size));
  const rowIds = picked.flatMap((_, i) => Array.from({length: size}, (_, k) => `r${i}-${k}`));
  const candidates = [...scores.keys()];
  return {
    candidates,
    rowIds,
    clusters: size > 1 ? picked.flatMap((_, i) => Array.from({length: size}, () => `g${i}`)) : undefined,
    values: candidates.map((name) =>
      picked.flatMap((g) => [...scores.get(name)!.subarray(g * size, (g + 1) * size)])
    ),
    binary: true
  };
}

/** The share of loops in which something happens is not shown to be above 5%. */
function expectRare(what: string, times: number): void {
  if (process.env.ASSAY_FIGURES) console.log(`${what}: ${((100 * times) / LOOPS).toFixed(1)}% of ${LOOPS}`);
  expect(clopperPearson(times, LOOPS, 0.98)!.low, what).toBeLessThanOrEqual(0.05);
}

const justAbove = MARGIN + 1 / 500;
const students = (losses: number[]) => Object.fromEntries(losses.map((loss, i) => [`s${i}`, loss]));

describe(`"no worse by at most the margin" over ${LOOPS} resampled loops`, {tags: ["counted"]}, () => {
  const cases: [string, number[], number][] = [
    ["one student", [justAbove], 1],
    ["three students", [justAbove, justAbove, justAbove], 1],
    ["three students, rows in groups of 4", [justAbove, justAbove, justAbove], 4]
  ];
  for (const [what, losses, size] of cases)
    it(`is false in at most 5%: ${what} just beyond it`, () => {
      const all = population(students(losses), size);
      let wrong = 0;
      for (let loop = 0; loop < LOOPS; loop++) {
        const table = sample(all, 800, rng("loop", what, loop));
        const found = replacement(
          table,
          {reference: "teacher", candidates: Object.keys(students(losses))},
          terms
        );
        if (found.chosen !== undefined) wrong++;
      }
      expectRare(what, wrong);
    });

  it("is shown where it is true", () => {
    const all = population(students([0]), 1);
    let shown = 0;
    for (let loop = 0; loop < LOOPS; loop++) {
      const table = sample(all, 800, rng("true", loop));
      if (replacement(table, {reference: "teacher", candidates: ["s0"]}, terms).chosen === "s0") shown++;
    }
    if (process.env.ASSAY_FIGURES) console.log(`shown: ${shown} of ${LOOPS}`);
    expect(shown / LOOPS).toBeGreaterThan(0.9);
  });

  it("lets no model in use be replaced by a worse one in more than 5%, nor calls an equal one better", () => {
    const all = population({used: 0.01, worse: justAbove, equal: 0.01, better: -0.04}, 1);
    const replacedBy = {worse: 0, equal: 0, better: 0};
    for (let loop = 0; loop < LOOPS; loop++) {
      const table = sample(all, 1200, rng("in use 2", loop));
      for (const one of ["worse", "equal", "better"] as const) {
        const found = replacement(table, {reference: "teacher", candidates: [one], inUse: "used"}, terms);
        if (one === "equal" ? found.because === "better" : found.chosen === one) replacedBy[one]++;
      }
    }
    expectRare("replaced by a worse one", replacedBy.worse);
    expectRare("an equal one called better", replacedBy.equal);
    if (process.env.ASSAY_FIGURES) console.log(`by a better one: ${replacedBy.better} of ${LOOPS}`);
    expect(replacedBy.better / LOOPS).toBeGreaterThan(0.5);
  });
});

describe("the place of a model in use", () => {
  const random = rng("place");
  const all = population({used: 0.01, far: 0.2, same: 0.01, ahead: -0.05}, 1);
  const table = sample(all, 2000, random);
  const of = (inUse: string, ...candidates: string[]) =>
    replacement(table, {reference: "teacher", candidates, inUse}, terms);

  it("is taken by the first that is shown to be better, or to be no worse where the other is worse", () => {
    expect(of("used", "same")).toMatchObject({chosen: "used", inUse: {verdict: "non-inferior"}});
    expect(of("used", "far", "ahead")).toMatchObject({chosen: "ahead", because: "better"});
    expect(of("far", "same", "ahead")).toMatchObject({chosen: "same", because: "the other is worse"});
  });

  it("is kept where nobody is shown to be no worse than the reference, though it is worse itself", () => {
    const found = of("far", "far");
    expect(found).toMatchObject({chosen: "far", inUse: {verdict: "inferior"}});
    expect(found.because).toBeUndefined();
  });
});

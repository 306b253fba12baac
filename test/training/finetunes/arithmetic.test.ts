import {describe, expect, it} from "vitest";
import {fitHead} from "../../../src/training/finetunes/denseHead.js";
import {fineTune} from "../../../src/training/finetunes/fineTune.js";
import {fitSparse, softmaxInPlace} from "../../../src/training/finetunes/logisticRegression.js";
import {principalAxes} from "../../../src/training/finetunes/principalAxes.js";
import {randomStream, shuffled} from "../../../src/training/finetunes/random.js";
import {buildVocabulary} from "../../../src/training/finetunes/vocabulary.js";
import {tfidfVector} from "../../../src/weights/models/tfidf.js";
import {wordCounts} from "../../../src/weights/models/words.js";

describe("TF-IDF", () => {
  it("counts words and neighbouring pairs, and folds long numbers", () => {
    expect([...wordCounts("The cat, the CAT 123456 a")]).toEqual([
      ["the", 2],
      ["cat", 2],
      ["the cat", 2],
      ["cat the", 1],
      ["#", 1],
      ["cat #", 1]
    ]);
  });

  it("follows ln((1 + n) / (1 + df)) + 1 and (1 + ln count), scaled to length 1", () => {
    const rows = ["aa bb", "aa cc", "aa bb"].map(wordCounts);
    const {words, idf} = buildVocabulary(rows, {size: 2, minRows: 2});
    expect(words).toEqual(["aa", "aa bb"]);
    expect([...idf].map((value) => value.toFixed(5))).toEqual(["1.00000", (Math.log(4 / 3) + 1).toFixed(5)]);
    const counts = new Map([
      ["aa", 2],
      ["aa bb", 1],
      ["unknown", 9]
    ]);
    const vector = tfidfVector(counts, new Map(words.map((word, i) => [word, i])), idf);
    const raw = [1 + Math.log(2), Math.log(4 / 3) + 1];
    const norm = Math.hypot(...raw);
    expect([...vector.index]).toEqual([0, 1]);
    [...vector.value].forEach((value, i) => expect(value).toBeCloseTo(raw[i]! / norm, 6));
  });
});

describe("the classifiers", () => {
  it("fit the class shares when rows have no features", () => {
    const empty = {index: new Uint32Array(), value: new Float32Array()};
    const targets = Uint16Array.from({length: 400}, (_, i) => (i % 4 === 0 ? 1 : 0));
    const fit = fitSparse(
      Array.from(targets, () => empty),
      targets,
      {features: 1, classes: 2},
      {epochs: 40, rate: 0.5, l2: 0},
      randomStream("a")
    );
    const scores = Float64Array.from(fit.bias);
    expect(softmaxInPlace(scores, 1)).toBeGreaterThan(0.2);
    expect(scores[1]).toBeLessThan(0.3);
  });

  it("separate what can be separated", () => {
    const random = randomStream("points");
    const targets = new Uint16Array(200);
    const points = Array.from(targets, (_, i) => {
      const [x, y] = [random() - 0.5, random() - 0.5];
      targets[i] = x > Math.abs(y) ? 0 : y > 0 ? 1 : 2;
      return Float32Array.of(x, y, Math.abs(y));
    });
    const fit = fitHead(points, targets, 3, {epochs: 200, rate: 0.5, l2: 0}, randomStream("head"));
    expect(fit.loss).toBeLessThan(0.15);
  });
});

describe("fineTune", () => {
  const model = () => ({
    table: Float32Array.from({length: 8}, (_, i) => 0.1 * (i - 4)),
    weight: Float32Array.of(0.5, -0.2, -0.3, 0.4),
    bias: new Float32Array(2)
  });
  const settings = {epochs: 30, tableRate: 0.02, headRate: 0.1};

  it("moves only the rows of tokens it has seen, and lowers the loss", async () => {
    const weights = model();
    const examples = {texts: [Uint32Array.of(0, 0, 1), Uint32Array.of(2)], targets: Uint16Array.of(0, 1)};
    const losses: number[] = [];
    await fineTune(weights, examples, settings, randomStream("a"), (_, loss) => losses.push(loss));
    expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]!);
    expect(weights.table.slice(6)).toEqual(model().table.slice(6));
    expect(weights.table.slice(0, 6)).not.toEqual(model().table.slice(0, 6));
  });

  it("takes its first step against the gradient found by finite differences", async () => {
    const rows = Uint32Array.of(0, 1, 1);
    const loss = ({table, weight, bias}: ReturnType<typeof model>) => {
      const mean = [0, 1].map(
        (d) => [...rows].reduce((sum, row) => sum + table[2 * row + d]!, 0) / rows.length
      );
      const scores = Float64Array.from(
        [0, 1],
        (c) => bias[c]! + weight[2 * c]! * mean[0]! + weight[2 * c + 1]! * mean[1]!
      );
      return -Math.log(softmaxInPlace(scores, 0));
    };
    const moved = model();
    await fineTune(
      moved,
      {texts: [rows], targets: Uint16Array.of(0)},
      {epochs: 1, tableRate: 1e-3, headRate: 1e-3},
      randomStream("a")
    );
    for (const part of ["table", "weight", "bias"] as const)
      for (let i = 0; i < model()[part].length; i++) {
        const [up, down] = [model(), model()];
        up[part][i]! += 1e-3;
        down[part][i]! -= 1e-3;
        const slope = (loss(up) - loss(down)) / 2e-3;
        const step = moved[part][i]! - model()[part][i]!;
        if (Math.abs(slope) > 1e-3) expect(Math.sign(step), `${part} ${i}`).toBe(-Math.sign(slope));
        else expect(step, `${part} ${i}`).toBeCloseTo(0, 6);
      }
  });

  it("skips texts without a known token but learns their class share", async () => {
    const weights = model();
    await fineTune(
      weights,
      {texts: [new Uint32Array()], targets: Uint16Array.of(1)},
      settings,
      randomStream("a")
    );
    expect(weights.table).toEqual(model().table);
    expect(weights.bias[1]).toBeGreaterThan(weights.bias[0]!);
  });
});

describe("principalAxes", () => {
  it("finds the long axis of an ellipse first, with its variances, and orthonormal axes", () => {
    const random = randomStream("ellipse");
    const points = Array.from({length: 4000}, () => {
      const [u, v] = [random() - 0.5, random() - 0.5];
      return Float32Array.of(3 * u + v + 7, 3 * u - v, 0.01 * random());
    });
    const {mean, axes, variances} = principalAxes(points, 2);
    expect(mean[0]).toBeCloseTo(7, 0);
    expect(variances[0]).toBeCloseTo(18 / 12, 1);
    expect(variances[1]).toBeCloseTo(2 / 12, 1);
    expect(axes[0]![0]).toBeCloseTo(Math.SQRT1_2, 1);
    expect(axes[0]![1]).toBeCloseTo(Math.SQRT1_2, 1);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(dot(axes[0]!, axes[1]!)).toBeCloseTo(0, 10);
    expect(dot(axes[1]!, axes[1]!)).toBeCloseTo(1, 10);
  });
});

describe("randomStream", () => {
  it("repeats for a name, differs between names, and is uniform", () => {
    const first = Array.from({length: 5}, randomStream("a"));
    expect(Array.from({length: 5}, randomStream("a"))).toEqual(first);
    expect(Array.from({length: 5}, randomStream("b"))).not.toEqual(first);
    const random = randomStream("mean");
    const values = Array.from({length: 20_000}, random);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it("shuffles every number into the list once", () => {
    expect([...shuffled(100, randomStream("s"))].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });
});

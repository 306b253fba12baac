import {describe, expect, it} from "vitest";
import {
  LanguageModel,
  paddedRows,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../src/training/trainer/index.js";
import {slopesAlong} from "../../../src/training/trainer/checkGradients.js";
import {softExample} from "../../../src/training/finetunes/language/softLabels.js";
import {checkpoint, oneThread, tiny} from "./support.js";

const ids = [3, 14, 15, 9];
/** The teacher's shares of tokens 15, 7 and 30 at the third place, and of the fourth token alone. */
const likely = {15: 0.5, 7: 0.3, 30: 0.1};
const share = 0.7;
const words: Record<string, number> = {c: 15, x: 7, y: 30, d: 9};
const reader = {encode: (text: string) => [...text].map((letter) => words[letter] ?? 1)};

const example = softExample(
  {ids, labels: [-100, -100, 15, 9]},
  JSON.stringify([
    {
      token: "c",
      logprob: Math.log(0.5),
      top: [
        {token: "c", logprob: Math.log(0.5)},
        {token: "x", logprob: Math.log(0.3)},
        {token: "y", logprob: Math.log(0.1)},
        {token: "no token", logprob: Math.log(0.05)}
      ]
    },
    {token: "d", logprob: 0},
    {token: "<end>", logprob: 0}
  ]),
  reader,
  {share}
)!;

describe("soft labels", () => {
  it("are cross-entropy and the divergence from the teacher's tokens, as computed apart", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const {batch, labels, soft} = paddedRows([example]);
    const targets = targetsOf(batch, labels, 1, soft);
    const losses = tokenLosses(model, batch, targets);
    const computed = losses.reduce((sum, loss, i) => sum + loss * targets.weights[i]!, targets.constant);
    // −log p of every token at the two places.
    const at = (place: number) => {
      const all = Int32Array.from({length: tiny.vocab_size}, (_, token) => token);
      return tokenLosses(model, batch, {
        places: all.map(() => place),
        tokens: all,
        weights: new Float32Array(all.length)
      });
    };
    const [third, fourth] = [at(1), at(2)];
    expect(third.reduce((sum, loss) => sum + Math.exp(-loss), 0)).toBeCloseTo(1, 5);
    const all = Object.values(likely).reduce((sum, p) => sum + p, 0);
    const divergence = Object.entries(likely).reduce((sum, [token, p]) => {
      const q = p / all;
      return sum + q * (Math.log(q) + third[Number(token)]!);
    }, 0);
    expect(divergence).toBeGreaterThan(0);
    expect(computed).toBeCloseTo((1 - share) * third[15]! + share * divergence + fourth[9]!, 5);
    model.free();
  });

  it("give a divergence that SciPy computes, too", () => {
    const {tokens, shares, entropy} = example.soft![2]!;
    const student: Record<number, number> = {15: 0.35, 7: 0.4, 30: 0.05};
    const loss = tokens.reduce((sum, token, i) => sum - shares[i]! * Math.log(student[token]!), entropy);
    // 0.3 × 1.0498221244986778, its cross-entropy, and 0.7 × 0.28463559153541135, the divergence of (5, 3, 1) / 9 from it.
    expect(loss).toBeCloseTo(0.5141915514243913, 12);
  });

  it("have the slopes of their loss as gradients", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const {batch, labels, soft} = paddedRows([example]);
    const targets = targetsOf(batch, labels, 1, soft);
    const loss = () =>
      tokenLosses(model, batch, targets).reduce((sum, value, i) => sum + value * targets.weights[i]!, 0);
    const trainable = new Trainable(model.backend, model.storage, model.storage.names());
    tokenLosses(model, batch, targets, {gradients: true});
    const {computed, measured} = slopesAlong(model.storage, trainable, loss, 3e-3);
    expect(Math.abs(computed / measured - 1)).toBeLessThan(0.01);
    trainable.free();
    model.free();
  });

  it("need the teacher's tokens", () => {
    const labels = [-100, -100, 15, 9];
    const told = (token: string) => [
      {token: "c", logprob: 0},
      {token, logprob: 0},
      {token: "e", logprob: 0}
    ];
    expect(softExample({ids, labels}, told(" far"), reader, {})).toBeUndefined();
    expect(softExample({ids, labels}, null, reader, {})).toBeUndefined();
    expect(() => softExample({ids, labels}, "words", reader, {})).toThrow(/holds no log probabilities/);
  });
});

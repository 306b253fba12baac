import {describe, expect, it} from "vitest";
import {checkItem} from "./checkItem.js";
import {itemFolder} from "./itemFolder.js";

/** How many figures agree, and which do not; nothing that is published may be without a word. */
async function check(
  files: Record<string, unknown>
): Promise<{right: number; wrong: string[]; not: string[]}> {
  const {comparisons, problem} = await checkItem(await itemFolder(files));
  expect(problem).toBeUndefined();
  return {
    right: comparisons.filter(({within}) => within).length,
    wrong: comparisons.filter(({within}) => within === false).map(({figure}) => figure),
    not: comparisons.filter(({notReproduced}) => notReproduced).map(({figure}) => figure)
  };
}

/** The same files pass with these figures, and fail with another: a reader that compares nothing would pass both. */
async function holds(
  files: (figure: number) => Record<string, unknown>,
  right: number,
  wrong: number,
  agreeing: number
) {
  expect(await check(files(right))).toEqual({right: agreeing, wrong: [], not: []});
  expect((await check(files(wrong))).wrong).toHaveLength(1);
}

describe("files are read by the names of their fields", () => {
  it("tests and corrections as they are printed: binomial, Tango's interval, corrections (SciPy 1.15)", async () => {
    const raw_p = [0.01, 0.02, 0.03];
    await holds(
      (p) => ({
        "printed.json": {
          binomial: {columns: ["k", "n", "p0", "p"], rows: [[7, 20, 0.3, p]]},
          correction: {
            raw_p,
            bonferroni: [0.03, 0.06, 0.09],
            holm: [0.03, 0.04, 0.04],
            fdr_bh: [0.03, 0.03, 0.03]
          },
          paired: {
            table: [
              [30, 12],
              [5, 13]
            ],
            tango: [-0.019, 0.254]
          }
        }
      }),
      0.6295,
      0.6294,
      5
    );
  });

  it("paired samples with t and Wilcoxon's test (scipy.stats.ttest_rel, wilcoxon)", async () => {
    const x = [0.72, 0.81, 0.65, 0.9, 0.55, 0.78, 0.83, 0.61];
    const y = [0.7, 0.75, 0.66, 0.82, 0.5, 0.79, 0.74, 0.58];
    await holds(
      (pvalue) => ({
        "samples.json": [
          {
            x,
            y,
            t_test: {statistic: 2.887180570743595, pvalue, df: 7, ci: [0.00701, 0.07049]},
            wilcoxon: {statistic: 3, pvalue: 0.0390625}
          }
        ]
      }),
      0.023410285411291133,
      0.0235,
      6
    );
  });

  it("two raters, lists of ratings and gaps (scikit-learn's cohen_kappa_score; alpha and Fleiss by their definitions)", async () => {
    await holds(
      (kappa) => ({
        "raters.json": {
          pair: {
            rater1: [1, 2, 3, 3, 2, 1, 2, 3],
            rater2: [1, 2, 2, 3, 2, 1, 3, 3],
            cohen_kappa: kappa,
            kappa_quadratic: 0.7948717948717949,
            kappa_linear: 0.7037037037037037
          },
          gaps: {
            reliability_data: [
              [1, 2, 3, 3, 2, null],
              [1, 2, 3, 3, 2, 2],
              ["*", 3, 3, 3, 2, 3]
            ],
            alpha: {nominal: 0.6052631578947368, interval: 0.7580645161290323}
          },
          three: {
            ratings: [
              ["a", "a", "a"],
              ["a", "b", "a"],
              ["b", "b", "b"],
              ["b", "a", "b"]
            ],
            fleiss_kappa: 0.3333
          }
        }
      }),
      0.6190476190476191,
      0.6191,
      6
    );
  });

  it("strengths of a matrix of wins and of a list of games, up to what is free (Hunter's MM algorithm)", async () => {
    const wins = [
      [0, 3, 5],
      [2, 0, 4],
      [1, 1, 0]
    ];
    const names = ["ant", "bee", "cat"];
    const games = names.flatMap((winner, i) => names.map((loser, j) => [winner, loser, wins[i]![j]]));
    await holds(
      (bee) => ({
        "matrix.json": {wins, strengths: [5.305256111325712, 3.703640229770027, 0.991103658904261]},
        "games.json": [
          {
            comparisons: games.filter(([, , times]) => Number(times) > 0),
            reference: "ant",
            abilities: {bee, cat: -1.677634}
          }
        ]
      }),
      -0.3593818663727967,
      -0.3594819,
      3
    );
  });

  it("winners and losers in a table: two that met 4 times, 3 to 1", async () => {
    await holds(
      (ability) => ({
        "games.csv": "winner,loser\nB,A\nB,A\nA,B\nB,A\n",
        "expected.json": {abilities: {B: [ability, Math.sqrt(1 / 3 + 1)]}}
      }),
      Math.log(3),
      1.1,
      1
    );
  });

  it("intents with rows out of scope, in a table or as two lists (scikit-learn's metrics)", async () => {
    const truth = ["pay", "pay", "card", "card", "oos", "oos", "loan", "loan"];
    const predicted = ["pay", "card", "card", "card", "oos", "pay", "loan", "oos"];
    const means = {accuracy: 0.625, macro_precision: 2 / 3, macro_recall: 0.625, macro_f1: 37 / 60};
    await holds(
      (mcc) => ({
        "intents.csv": [
          "text,intent,predicted_intent",
          ...truth.map((one, i) => `q${i},${one},${predicted[i]}`)
        ].join("\n"),
        "lists.json": {
          y_true: truth,
          y_pred: predicted,
          f1_weighted: 0.6167,
          kappa: 0.5,
          balanced_accuracy: 0.625
        },
        "expected.json": {
          intents: {
            ...means,
            mcc,
            n: 8,
            correct: 5,
            in_scope_accuracy: 4 / 6,
            oos_recall: 0.5,
            oos_precision: 0.5,
            oos_f1: 0.5
          }
        }
      }),
      0.5107539184552492,
      0.5108,
      14
    );
  });

  it("near-duplicates as documents with pairs of ids, and as pairs of texts", async () => {
    const words = Array.from({length: 60}, (_, i) => `word${i}`);
    const text = words.join(" ");
    // One word of 60 at the end: 55 of 57 shingles of five words are shared.
    const near = [...words.slice(0, 59), "other"].join(" ");
    const far = [...words].reverse().join(" ");
    await holds(
      (true_pairs) => ({
        "documents.jsonl": [text, near, far].map((one, i) => ({id: `d${i}`, text: one})),
        "pairs.csv": "id1,id2\nd1,d0\n",
        "texts.jsonl": [
          {text1: text, text2: near, duplicate: true},
          {text1: text, text2: far, duplicate: false}
        ],
        "expected.json": {documents: {documents: 3, true_pairs, false_positives: 0}}
      }),
      1,
      2,
      4
    );
  });

  it("several references, as files of a line a segment (the example of sacreBLEU's README)", async () => {
    await holds(
      (bleu) => ({
        "ref1.txt": "The dog bit the man.\nIt was not unexpected.\nThe man bit him first.\n",
        "ref2.txt": "The dog had bit the man.\nNo one was surprised.\nThe man had bitten the dog.\n",
        "system.txt": "The dog bit the man.\nIt wasn't surprising.\nThe man had just bitten him.\n",
        "expected.json": {systems: {system: {bleu_13a_recomputed: bleu, chrf2_published: 59.73}}}
      }),
      48.530827009929865,
      48.6,
      2
    );
  });

  it("chrF with beta, white space and epsilon smoothing, beside a list or in its name (by chrF's definition)", async () => {
    const [given, wanted] = [["the cat sat"], [["the cats sit here"]]];
    await holds(
      (score) => ({
        "chrf.json": {
          plain: [[given, wanted, 42.616398468951715]],
          beta3: [[given, wanted, score]],
          beside: {beta: 3, remove_whitespace: false, cases: [[given, wanted, 36.55236239116685]]},
          keep_whitespace: [{hypotheses: given, references: wanted, expected: 38.15533501121057}],
          eps_smoothing: [
            [["abc"], ["abcd"], 34.321915900863274],
            [["abc"], ["abcd"], {beta: 3}, 33.08669551863744]
          ],
          chrf_6_0_1: [[given, wanted, 49.684277456725226]]
        },
        "lines.jsonl": [
          {hypothesis: "the cat sat", references: ["the cats sit here"], chrf3: 40.687073751857085, ter: 75}
        ]
      }),
      40.687073751857085,
      40.7,
      9
    );
  });
});

import {mkdirSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {writeModel} from "../weights/merge/support.js";
import {checkItem} from "./checkItem.js";
import {itemFolder} from "./itemFolder.js";

/** Figures by name: within tolerance, or why they are not reproduced. */
async function check(files: Record<string, unknown>) {
  const {status, comparisons, problem} = await checkItem(await itemFolder(files));
  expect(problem).toBeUndefined();
  return {
    status,
    wrong: comparisons.filter(({within}) => within === false).map(({figure}) => figure),
    right: comparisons.filter(({within}) => within).map(({figure}) => figure),
    not: Object.fromEntries(
      comparisons
        .filter(({notReproduced}) => notReproduced)
        .map(({figure, notReproduced}) => [figure, notReproduced])
    )
  };
}

describe("readers take other files of their kind", () => {
  it("tasks with the answer in words or letters, whatever they are called", async () => {
    const stepwise = (prediction: string, target: string) => ({
      target,
      input: "Why?\nA: Let's think step by step.",
      prediction,
      more: 1
    });
    const found = await check({
      "movie_recommendation.few.jsonl": [
        stepwise("Hm. So the answer is (B).", "(B)"),
        stepwise("the answer is no. So the answer is yes\nQ: next", "yes"),
        stepwise("(C)", "(C)"),
        stepwise("So the answer is (A).", "(D)")
      ],
      "expected.json": {
        "movie_recommendation.few": {
          accuracy_with_calc_published: 80,
          n: 4,
          accuracy_pct_published: 75,
          correct: 3
        }
      }
    });
    expect(found).toMatchObject({
      status: "passed",
      wrong: [],
      not: {accuracy_with_calc_published: expect.any(String)}
    });
    expect(found.right).toHaveLength(3);
  });

  it("annotators and models with dots in their names, and rows without a judgement", async () => {
    const row = (preference: number | null) => ({
      generator_2: "m",
      preference,
      generator_1: "b",
      len_output_2: 10
    });
    const found = await check({
      "judge-3.1.model-2.5.jsonl": [row(2), row(null), row(0), row(1.25)],
      "expected.json": {
        "judge-3.1/model-2.5": {
          published: {
            n_total: 3,
            n_wins: 1,
            n_wins_base: 1,
            n_draws: 1,
            win_rate: 175 / 3,
            lc_standard_error: 1
          }
        }
      }
    });
    expect(found).toMatchObject({status: "passed", wrong: []});
    expect(found.right).toHaveLength(5);
    expect(Object.keys(found.not)).toEqual(["lc_standard_error"]);
  });

  it("predictions in tables, and the pair that is published", async () => {
    const table = (...rows: string[]) => ["match,gold_label,user_query,prediction", ...rows].join("\n");
    const found = await check({
      "a.csv": table("True,x,one,x", "False,y,two,z", "True,y,three,y"),
      "b.csv": table("False,x,one,y", "False,y,two,x", "True,y,three,y"),
      "expected.json": {
        a: {correct: 2, n: 3, predictions_not_a_gold_label: 1},
        paired: {"a vs b": {first_only: 1, second_only: 0, mcnemar_exact_p: 1}}
      }
    });
    expect(found).toMatchObject({status: "passed", wrong: [], not: {}});
    expect(found.right).toContain("b: each row's match");
  });

  it("a reference system, a baseline and texts beside the translations, whatever they are called", async () => {
    const text = ["the cat sat on the mat today", "a dog ran over the hill", "we all like green tea"].join(
      "\n"
    );
    const found = await check({
      "ref.xx.txt": text,
      "best.txt": text,
      "worse.txt": text.replace("green", "black"),
      "README.txt": "no system\n",
      "expected.json": {
        baseline: "best",
        n_segments: 3,
        systems: {best: {bleu_published: 100, chrf2_published: 100}, worse: {chrf2_published: 50}}
      }
    });
    expect(found).toMatchObject({status: "failed", wrong: ["worse: chrF2"], not: {}});
    expect(found.right).toEqual(["segments", "best: BLEU", "best: chrF2"]);
  });

  it("chrF, TER and sentences, in percent or shares, and says which settings it does not have", async () => {
    const found = await check({
      "chrf_vectors.json": {
        chrf: [
          [["abc"], ["xyz"], 0],
          [["a cat"], [["a dog"], ["a cat"]], {word_order: 2}, 100]
        ]
      },
      "more.json": {
        ter: [
          [["a b c d"], ["a b c d"], 0],
          [["x y"], ["a b"], 1]
        ],
        ter_normalized: [[["a"], ["a"], {normalized: true}, 0]],
        sentence_bleu: [["one two three four", ["one two three four"], 100]],
        corpus_bleu: [[["a"], [["a"]], {tokenize: "ja-mecab"}, 100]]
      }
    });
    expect(found).toMatchObject({status: "passed", wrong: []});
    expect(found.right).toHaveLength(5);
    expect(Object.keys(found.not)).toEqual(["ter_normalized, 1", "corpus_bleu, 1"]);
  });

  it("opponents and reference of any name: two that met 4 times, 3 to 1", async () => {
    const found = await check({
      "duels.csv": "player1,player2,win1,win2\nB,A,3,1\n",
      "expected.json": {recomputed_model1: {B: [Math.log(3), Math.sqrt(1 / 3 + 1)]}}
    });
    expect(found).toMatchObject({
      status: "passed",
      wrong: [],
      right: ["B: ability and standard error, relative to A"]
    });
  });

  it("several logs with several scorers and epochs", async () => {
    const sample = (id: number, epoch: number, match: string, f1: number) => ({
      id,
      epoch,
      input: "?",
      target: "!",
      scores: {match: {value: match}, f1: {value: f1}}
    });
    const log = {
      eval: {task: "t", model: "m", run_id: "r"},
      plan: {},
      samples: [sample(1, 1, "C", 1), sample(1, 2, "I", 0.5), sample(2, 1, "P", 0), sample(2, 2, "P", 0)],
      results: {scores: [{name: "match", metrics: {accuracy: {value: 0.5}, stderr: {value: 0}}}]}
    };
    const found = await check({
      "a.json": log,
      "b.json": log,
      "expected.json": {a: {samples: 2, f1: {mean: 0.375, stderr: 0.375}}, b: {match: {accuracy: 0.5}}}
    });
    expect(found).toMatchObject({status: "passed", wrong: [], not: {}});
    expect(found.right).toHaveLength(8);
  });

  it("recognisers by the publisher's names, and fails for one that is not there", async () => {
    const one = (recognizer: string, text: string, end: number) => ({
      recognizer,
      text,
      expected_len: Number(end > 0),
      expected_positions: end > 0 ? [[0, end]] : []
    });
    const found = await check({
      "cases.jsonl": [
        one("nhs", "401-023-2137", 12),
        one("es_nif", "12345678Z", 9),
        one("iban_code", "DE89370400440532013000", 22),
        one("mars_passport", "X", 1)
      ],
      "expected.json": {cases: 4, per_recognizer: {nhs: 1, es_nif: 1, iban_code: 1, mars_passport: 1}}
    });
    expect(found).toMatchObject({status: "failed", wrong: ["mars_passport cases, no such recogniser here"]});
    expect(found.right).toHaveLength(4);
  });

  it("spans counted by another rule, when the publisher's recomputed counts are ours", async () => {
    const scenario = {
      scenario: "two for one",
      gold_spans: [["PERSON", 4, 14]],
      predicted_spans: [
        ["PERSON", 4, 8],
        ["PERSON", 9, 11]
      ],
      iou_threshold: 0.75,
      expected_tp_fp_fn: [0, 1, 1]
    };
    const easy = {...scenario, scenario: "none", predicted_spans: [], expected_tp_fp_fn: [0, 0, 1]};
    const own = {...scenario, own_recomputation: [0, 2, 1]};
    expect(await check({"s.json": [easy, own]})).toMatchObject({
      status: "passed",
      wrong: [],
      right: ["right, wrong, missed: none"]
    });
    expect(await check({"s.json": [easy, scenario]})).toMatchObject({
      status: "failed",
      wrong: ["right, wrong, missed: two for one"]
    });
  });

  it("tables of agreement and of tests at any depth, with other weights and fewer digits", async () => {
    const found = await check({
      "v.json": {
        deep: {
          cohen: {
            table: [
              [20, 5],
              [10, 15]
            ],
            kappa: 0.4
          },
          raters: [
            {
              table: [
                [2, 0],
                [0, 2]
              ],
              fleiss: 1
            }
          ]
        },
        krippendorff_ordinal: {
          units_by_raters: [
            [1, 2],
            [2, 2]
          ],
          alpha: 0
        }
      },
      "w.json": {
        nested: [
          {
            table: [
              [10, 5],
              [15, 8]
            ],
            exact_p: 0.0414,
            chi2_nocc: 5
          }
        ],
        ci: [{n: 10, successes: 0, wilson: [0, 0.2775], wald: [0, 0]}]
      }
    });
    expect(found).toMatchObject({status: "passed", wrong: []});
    expect(found.right).toHaveLength(6);
    expect(Object.keys(found.not)).toEqual(["wald"]);
  });

  it("merges with a manifest, and fails where the weights are others", async () => {
    const item = await itemFolder({
      "manifest.json": {
        cases: {mean: {method: "linear", compare_with: "expected.safetensors", tolerance: {kind: "exact"}}}
      }
    });
    mkdirSync(join(item, "mean"));
    const config = ["a", "b"].map((name) => `  - {model: inputs/${name}, parameters: {weight: 1}}`);
    writeFileSync(join(item, "mean/config.yml"), ["merge_method: linear", "models:", ...config].join("\n"));
    await writeModel(join(item, "inputs/a"), {"layer.weight": {values: [1, 2, 3]}});
    await writeModel(join(item, "inputs/b"), {"layer.weight": {values: [3, 2, 0]}});
    for (const [last, status] of [
      [1.5, "passed"],
      [1.75, "failed"]
    ] as const) {
      await writeModel(join(item, "written"), {"layer.weight": {values: [2, 2, last]}});
      renameSync(join(item, "written/model.safetensors"), join(item, "mean/expected.safetensors"));
      expect((await checkItem(item)).status).toBe(status);
    }
  });
});

// @module-tag long
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {assayHere} from "../../support/assayHere.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {
  expectFigures,
  measuredProject,
  printedVerdict,
  type PublishedComparison,
  sealedScores
} from "./support/measuredProject.js";

/** Of 60 mails 18 are spam. Chances are tenths, so that most are ties; of three mails "blunt" gives none. */
const MAILS = Array.from({length: 60}, (_, i) => ({
  id: `m${i}`,
  text: `mail ${i}`,
  label: (i * 7) % 10 < 3 ? "spam" : "ham"
}));
const TENTHS = {
  sharp: {spam: [9, 8, 10, 5, 7, 3], ham: [1, 2, 0, 5, 3, 1, 4]},
  blunt: {spam: [6, 5, 9, 4, 7, 0], ham: [4, 5, 2, 6, 3, 1, 7]}
};

function answer(model: "sharp" | "blunt", prompt: string): string {
  const i = Number(prompt.split(" ").at(-1));
  if (!MAILS[i]) return "hello";
  const tenths = TENTHS[model][MAILS[i].label as "spam" | "ham"];
  const chance = tenths[i % tenths.length]! / 10;
  if (prompt.startsWith("label")) return chance >= 0.5 ? "spam" : "ham";
  return model === "blunt" && i % 20 === 4 ? "I am not sure" : String(chance);
}

/**
 * scikit-learn 1.4.2: roc_auc_score, average_precision_score, brier_score_loss, log_loss, matthews_corrcoef; ECE by NumPy with the bins of
 * calibration_curve. Intervals and p values: t (SciPy 1.15.3) of the rows' own values (Brier, log loss), else of the
 * jackknife's, with these functions called without each row in turn; ends beyond the bounds are at them.
 */
const PUBLISHED: Record<string, PublishedComparison> = {
  auroc: {
    means: {
      sharp: [0.951058201058201, 0.8920242062399405, 1],
      blunt: [0.7307692307692307, 0.5666193383496132, 0.8949191231888454]
    },
    difference: [0.22222222222222754, 0.10619982950451519, 0.3382446149399399, 0.00031880809000934407]
  },
  auprc: {
    means: {
      sharp: [0.9106280193236714, 0.8108189266625473, 1],
      blunt: [0.6046277631720903, 0.39293068011774956, 0.8163248462264138]
    },
    difference: [0.3127816248255469, 0.1465141356356883, 0.4790491140154055, 0.0003969214642942356]
  },
  brier: {
    means: {
      sharp: [0.9098333333333333, 0.8801633361758897, 0.9395033304907768],
      blunt: [0.7861403508771929, 0.730148060746375, 0.8421326410080111]
    },
    difference: [0.12491228070175439, 0.09163510911369416, 0.15818945228981462, 4.792043682199232e-10]
  },
  logLoss: {
    means: {
      sharp: [-0.30396774088245926, -0.37789737620329034, -0.23003810556162818],
      blunt: [-1.7872946114684698, -3.5381585705812233, -0.036430652355716076]
    },
    difference: [1.4857465004430506, -0.2178319191953717, 3.189324920081473, 0.08610373289741623]
  },
  ece: {
    means: {
      sharp: [0.845, 0.7780026466420625, 0.9119973533579625],
      blunt: [0.7842105263157895, 0.674719122210611, 0.8937019304209668]
    },
    difference: [0.06666666666666099, -0.053833983922586065, 0.18716731725590804, 0.2724749749104738]
  },
  mcc: {
    means: {
      sharp: [0.6807175771920092, 0.4841720250791064, 0.8772631293049094],
      blunt: [0.3207665139358924, 0.08275513775402443, 0.5587778901177587]
    },
    difference: [0.35995106325611637, 0.16244061684697955, 0.5574615096652532, 0.0005634166136201326]
  }
};

const measured = (measure: string) => `probability({measure: "${measure}", positive: "spam"})`;

describe("runs that decide by probabilities", () => {
  let server: ModelServer;
  let folder: string;
  beforeAll(async () => {
    server = await startModelServer({
      models: Object.keys(TENTHS),
      answer: ({prompt, body}) => answer(body.model as "sharp" | "blunt", prompt)
    });
    const gate = `{minScore: 0.5, candidate: "sharp"}`;
    const prompt = "label {{text}}";
    const measures = ["auroc", "auprc", "brier", "logLoss", "ece"].map((name) => [
      name,
      {dataset: "mails", scorers: `{${name}: ${measured(name)}}`}
    ]);
    folder = await measuredProject({
      url: server.url,
      candidates: Object.keys(TENTHS),
      datasets: {mails: MAILS, hams: MAILS.filter(({label}) => label === "ham")},
      expected: "label",
      evals: {
        ...Object.fromEntries(measures),
        mcc: {dataset: "mails", prompt, scorers: "{mcc: mcc()}", gate},
        oneClass: {
          dataset: "hams",
          scorers: `{auroc: ${measured("auroc")}, auprc: ${measured("auprc")}}`,
          gate
        },
        oneClassMcc: {dataset: "hams", prompt, scorers: "{mcc: mcc()}", gate}
      }
    });
    expect((await assayHere(folder, "run")).code).toBe(0);
  });
  afterAll(() => server.close());

  it.each(Object.entries(PUBLISHED))(
    "%s and its intervals are scikit-learn's and SciPy's, with ties and without what has no probability",
    async (name, published) => {
      const {run, verdict} = await printedVerdict(folder, name);
      expectFigures(verdict, published);
      expect(await sealedScores(folder, run)).toEqual({
        sharp: [60, 0],
        blunt: name === "mcc" ? [60, 0] : [57, 3]
      });
    }
  );

  it("say of rows of one class that the area has no value, in the verdict, its risks, the gate and a comment", async () => {
    const {verdict} = await printedVerdict(folder, "oneClass");
    const why = (rows: number) => `AUROC has no value, because its ${rows} scored rows are all of one class.`;
    expect(verdict).toMatchObject({
      kind: "no-scores",
      hasNoValue: true,
      action: "AUROC has no value on these rows, so there is nothing to decide.",
      warnings: [`blunt: ${why(39)}`, `sharp: ${why(42)}`]
    });
    const {code, stdout} = await assayHere(folder, "check", "oneClass", "--markdown", "comment.md");
    expect(code).toBe(101);
    expect(stdout).toMatch(/undecided +oneClass .*AUROC at least 50\.0 +AUROC has no value, because/);
    expect(await readFile(join(folder, "comment.md"), "utf8")).toContain(why(42));
  });

  it("give MCC of one class 0, as scikit-learn, with an interval within −1 to 1", async () => {
    const {verdict} = await printedVerdict(folder, "oneClassMcc");
    // t² / (n + t²) of 42 rows may say something else, anywhere from −1 to 1.
    const reach = 2.0195409704413767 ** 2 / (42 + 2.0195409704413767 ** 2);
    for (const summary of verdict.summaries)
      expect(summary).toMatchObject({
        mean: 0,
        low: expect.closeTo(-reach, 10) as number,
        high: expect.closeTo(reach, 10) as number
      });
  });
});

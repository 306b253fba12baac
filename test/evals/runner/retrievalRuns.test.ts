// @module-tag long
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

const DOCUMENTS = Array.from({length: 10}, (_, d) => d);

/** Grades 0 to 2; of two queries nothing is relevant. */
function grade(query: number, document: number): number {
  const rest = (query * 7 + document * 3) % 11;
  if (query % 20 === 7) return 0;
  return rest === 0 ? 2 : rest === 1 || rest === 4 ? 1 : 0;
}

const QUERIES = Array.from({length: 40}, (_, q) => ({
  id: `q${q}`,
  text: `query ${q}`,
  relevant: JSON.stringify(Object.fromEntries(DOCUMENTS.map((d) => [`d${d}`, grade(q, d)])))
}));

/** Whole numbers, so that of 39 queries some scores are equal; "sparse" gives no list for four. */
const SCORES = {
  dense: (q: number, d: number) => ((q * 5 + d * 7) % 6) + 3 * grade(q, d),
  sparse: (q: number, d: number) => ((q * 3 + d * 5) % 5) + grade(q, d)
};

function answer(model: "dense" | "sparse", prompt: string): string {
  const q = Number(prompt.split(" ").at(-1));
  if (model === "sparse" && q % 13 === 6) return "nothing found";
  const found = DOCUMENTS.filter((d) => (q + d) % 4 !== 0);
  return JSON.stringify(found.map((d) => ({id: `d${d}`, score: SCORES[model](q, d)})));
}

/**
 * By a program of its own in Python (NumPy; t of SciPy 1.15.3) after trec_eval's definitions: by score, equal ones the
 * later id first; nDCG with grades as gains and log2(rank + 1). The 38 queries with anything relevant count. In MRR the t interval
 * of "dense" would pass 1 and is Wilson's at its effective rows; "sparse" has 34 times 1 and 4 times 0: Wilson's by SciPy's binomtest.
 */
const PUBLISHED: Record<string, {options: object; figures: PublishedComparison}> = {
  recall3: {
    options: {measure: "recall", k: 3},
    figures: {
      means: {
        dense: [0.5745614035087719, 0.4894098138668105, 0.6597129931507334],
        sparse: [0.6798245614035088, 0.5692425722865148, 0.7904065505205028]
      },
      difference: [-0.10526315789473684, -0.19835422385106077, -0.012172091938412885, 0.027748848001019268]
    }
  },
  mrr: {
    options: {measure: "mrr"},
    figures: {
      means: {
        dense: [0.9298245614035087, 0.8227306411851274, 0.9742450651054442],
        sparse: [0.8947368421052632, 0.7586947827711269, 0.9582974265244647]
      },
      difference: [0.03508771929824561, -0.07159401244317772, 0.14176945103966893, 0.5092791889178437]
    }
  },
  ndcg: {
    options: {measure: "ndcg"},
    figures: {
      means: {
        dense: [0.7168162179225938, 0.6275878150302586, 0.8060446208149289],
        sparse: [0.7096736912044014, 0.5955578762003889, 0.8237895062084138]
      },
      difference: [0.0071425267181923855, -0.06956912747655432, 0.0838541809129391, 0.8513932237107188]
    }
  },
  ndcg5: {
    options: {measure: "ndcg", k: 5},
    figures: {
      means: {
        dense: [0.7082188570385414, 0.6202151719187792, 0.7962225421583036],
        sparse: [0.7096736912044014, 0.5955578762003889, 0.8237895062084138]
      },
      difference: [-0.001454834165859915, -0.08033151741576665, 0.07742184908404683, 0.9703893645020649]
    }
  },
  map: {
    options: {measure: "map"},
    figures: {
      means: {
        dense: [0.6317878028404343, 0.5444619746843168, 0.7191136309965519],
        sparse: [0.6798245614035088, 0.5692425722865148, 0.7904065505205028]
      },
      difference: [-0.04803675856307435, -0.12215823771587887, 0.026084720589730173, 0.19722239365905794]
    }
  }
};

describe("runs that decide by what was retrieved", () => {
  let server: ModelServer;
  let folder: string;
  let printed: string;
  beforeAll(async () => {
    server = await startModelServer({
      models: Object.keys(SCORES),
      answer: ({prompt, body}) => answer(body.model as "dense" | "sparse", prompt)
    });
    const evals = Object.entries(PUBLISHED).map(([name, {options}]) => [
      name,
      {
        dataset: "queries",
        scorers: `{${name}: retrieval(${JSON.stringify(options)})}`,
        gate: `{minScore: 0.4, candidate: "dense"}`
      }
    ]);
    folder = await measuredProject({
      url: server.url,
      candidates: Object.keys(SCORES),
      datasets: {queries: QUERIES},
      expected: "relevant",
      evals: Object.fromEntries(evals) as Parameters<typeof measuredProject>[0]["evals"]
    });
    const {code, stdout} = await assayHere(folder, "run");
    expect(code).toBe(0);
    printed = stdout;
  });
  afterAll(() => server.close());

  it.each(Object.entries(PUBLISHED))(
    "%s and its intervals are those of a program of its own, with ties, and without queries of which nothing is relevant",
    async (name, {figures}) => {
      const {run, verdict} = await printedVerdict(folder, name);
      expectFigures(verdict, figures);
      expect(await sealedScores(folder, run)).toEqual({dense: [38, 2], sparse: [38, 2]});
    }
  );

  it("name the rows of which nothing is relevant, and pass a gate on the others", async () => {
    expect(printed).toMatch(/ 2 +dense +scorer mrr: the row's expected value names nothing relevant/);
    const {code, stdout} = await assayHere(folder, "check");
    expect(stdout).toMatch(/pass +mrr .*at least 40\.0 +93\.0 \(/);
    expect(code).toBe(0);
  });
});

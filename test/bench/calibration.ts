import {readFileSync, writeFileSync} from "node:fs";
import {parseArgs} from "node:util";
import {
  bradleyTerry,
  clopperPearson,
  clusteredStandardError,
  cohenKappa,
  confidenceSequence,
  type CorpusFigure,
  corpusJackknife,
  judgeCorrected,
  krippendorffInterval,
  mean,
  meanInterval,
  normalQuantile,
  pairedBootstrap,
  pairedConfidenceSequence,
  pairedDifference,
  possibleBest,
  quantile,
  quantileInterval,
  rng,
  shrink,
  standardError,
  studentQuantile,
  wilson,
  winnerEstimate,
  type Interval,
  type Preference,
  type Rng,
  type Shrunk
} from "../../src/base/stats/index.js";

/**
 * How often the intervals of src/stats hold what they promise, by simulation. Prints Markdown tables; with
 * `--write FILE` they replace what stands between the two calibration markers of that file. With `--only TEXT` too, only
 * intervals whose name has TEXT are simulated again, and the file's other lines stay.
 */
const {values: given} = parseArgs({options: {write: {type: "string"}, only: {type: "string"}}});
const [begin, end] = ["<!-- calibration -->", "<!-- end of calibration -->"];
const sizes = [30, 100, 300, 1000];
const z = normalQuantile(0.975);

interface Case {
  name: string;
  truth: number;
  trials: number;
  /** The interval from one simulated sample of n rows. */
  interval: (n: number, next: Rng) => Interval | undefined;
}

const coin = (p: number, next: Rng): number => Number(next() < p);
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const list = <T>(n: number, draw: (i: number) => T): T[] => Array.from({length: n}, (_, i) => draw(i));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function wald(successes: number, n: number): Interval {
  const p = successes / n;
  const half = z * Math.sqrt((p * (1 - p)) / n);
  return {low: p - half, high: p + half};
}

/** Rows in groups of five that are easy or hard together. */
function grouped(n: number, next: Rng, center: number): {scores: number[]; clusters: number[]} {
  const ease = list(Math.ceil(n / 5), () => next.normal());
  const clusters = list(n, (i) => Math.floor(i / 5));
  return {scores: clusters.map((c) => coin(logistic(center + ease[c]!), next)), clusters};
}

/** Rows in a tenth as many groups, whose sizes fall by Zipf's law with power 1.5 and that are easy or hard together. */
function unequal(n: number, next: Rng, center: number): {scores: number[]; clusters: number[]} {
  const weights = list(n / 10, (c) => (c + 1) ** -1.5);
  const clusters = weights.flatMap((weight, c) =>
    list(Math.max(1, Math.round((n * weight) / sum(weights))), () => c)
  );
  const ease = weights.map(() => next.normal());
  return {scores: clusters.map((c) => coin(logistic(center + ease[c]!), next)), clusters};
}

/** Two candidates that find the groups easy or hard each in its own way. */
function unequalPair(n: number, next: Rng) {
  const {scores, clusters} = unequal(n, next, 0.8);
  return {first: scores, second: unequal(n, next, 0.8).scores, clusters};
}

/** Two candidates on the same rows, right 70% and 75% of the time, mostly on the same ones. */
function pair(n: number, next: Rng): [number[], number[]] {
  const first: number[] = [];
  const second: number[] = [];
  for (let i = 0; i < n; i++) {
    const u = next();
    first.push(Number(u < 0.6 || (u >= 0.75 && u < 0.85)));
    second.push(Number(u < 0.75));
  }
  return [first, second];
}

/** n labelled rows and 3 n others in groups of five that are easy or hard together, and a judge that is mostly right. */
function judgedGroups(n: number, next: Rng, told: boolean): Interval | undefined {
  const {scores, clusters} = grouped(4 * n, next, 0.5);
  return judgeCorrected(
    scores.map((score, i) => (i < n ? score : undefined)),
    scores.map((score) => (next() < 0.75 ? score : coin(0.9, next))),
    told ? {clusters} : {}
  );
}

const graded = (n: number, next: Rng): [number[], number[]] => {
  const ease = list(n, () => next());
  return [ease.map((e) => (e + next() ** 3) / 2), ease.map((e) => (e + next()) / 2)];
};

// The chance of a logistic with a standard normal shift has no closed form: a fine sum over its quantiles.
const groupedTruth = (center: number): number =>
  mean(list(20_000, (i) => logistic(center + normalQuantile((i + 0.5) / 20_000))))!;

const cases: Case[] = [];
for (const p of [0.5, 0.98]) {
  const on = (interval: (k: number, n: number) => Interval | undefined) => (n: number, next: Rng) =>
    interval(sum(list(n, () => coin(p, next))), n);
  cases.push({name: `proportion ${p}: Wilson`, truth: p, trials: 4000, interval: on(wilson)});
  cases.push({
    name: `proportion ${p}: Clopper–Pearson`,
    truth: p,
    trials: 4000,
    interval: on(clopperPearson)
  });
  cases.push({
    name: `proportion ${p}: normal approximation (not used)`,
    truth: p,
    trials: 4000,
    interval: on(wald)
  });
}
cases.push({
  name: "graded scores, skewed: t",
  truth: 1 / 4,
  trials: 4000,
  interval: (n, next) =>
    meanInterval(
      list(n, () => next() ** 3),
      {bounds: [0, 1]}
    )
});
cases.push({
  name: "graded scores at the edge, means of three repeats: score t",
  truth: 0.97,
  trials: 10_000,
  interval: (n, next) =>
    meanInterval(list(n, () => (coin(0.97, next) + coin(0.97, next) + coin(0.97, next)) / 3))
});
for (const center of [0.5, 2.5]) {
  const truth = groupedTruth(center);
  const share = truth.toFixed(2);
  cases.push({
    name: `proportion ${share} in groups of 5: clustered Wilson`,
    truth,
    trials: 3000,
    interval: (n, next) => {
      const {scores, clusters} = grouped(n, next, center);
      return meanInterval(scores, {clusters});
    }
  });
  cases.push({
    name: `proportion ${share} in groups of 5: Wilson as if independent`,
    truth,
    trials: 3000,
    interval: (n, next) => meanInterval(grouped(n, next, center).scores)
  });
}
cases.push(
  {
    name: "difference of 0/1 scores: Tango",
    truth: -0.05,
    trials: 3000,
    interval: (n, next) => pairedDifference(...pair(n, next))
  },
  {
    name: "difference of graded scores: t",
    truth: -1 / 8,
    trials: 3000,
    interval: (n, next) => pairedDifference(...graded(n, next))
  },
  {
    name: "difference in groups of 5: clustered t",
    truth: 0,
    trials: 10_000,
    interval: (n, next) => {
      const shift = list(Math.ceil(n / 5), () => next.normal());
      const clusters = list(n, (i) => Math.floor(i / 5));
      const score = (sign: number) => clusters.map((c) => coin(logistic(0.8 + sign * shift[c]!), next));
      return pairedDifference(score(1), score(-1), {clusters});
    }
  }
);
cases.push(
  {
    name: "proportion 0.60 in groups of unequal size: clustered Wilson",
    truth: groupedTruth(0.5),
    trials: 4000,
    interval: (n, next) => {
      const {scores, clusters} = unequal(n, next, 0.5);
      return meanInterval(scores, {clusters});
    }
  },
  {
    name: "difference in groups of unequal size: clustered t",
    truth: 0,
    trials: 4000,
    interval: (n, next) => {
      const {first, second, clusters} = unequalPair(n, next);
      return pairedDifference(first, second, {clusters});
    }
  },
  {
    name: "difference in groups of unequal size: t with C − 1 and Stata's error (not used)",
    truth: 0,
    trials: 4000,
    interval: (n, next) => {
      const {first, second, clusters} = unequalPair(n, next);
      const differences = first.map((score, i) => score - second[i]!);
      const {standardError: error, df} = clusteredStandardError(differences, clusters)!;
      const half = studentQuantile(0.975, df) * error;
      return {low: mean(differences)! - half, high: mean(differences)! + half};
    }
  }
);
// One candidate nearly always right, the other nearly never, by groups that are easy or hard together.
const far = 3.5;
const edge = groupedTruth(-far) - groupedTruth(far);
cases.push({
  name: `difference of ${edge.toFixed(2)} in groups of 5: clustered, score t at the edge`,
  truth: edge,
  trials: 10_000,
  interval: (n, next) => {
    const ease = list(Math.ceil(n / 5), () => next.normal());
    const clusters = list(n, (i) => Math.floor(i / 5));
    const score = (center: number) => clusters.map((c) => coin(logistic(center + ease[c]!), next));
    return pairedDifference(score(-far), score(far), {clusters});
  }
});
cases.push({
  name: "difference of graded scores at the edge: score t",
  truth: -15 / 16,
  trials: 4000,
  interval: (n, next) =>
    pairedDifference(
      list(n, () => next() ** 31),
      list(n, () => 1 - next() ** 31)
    )
});
/** Sentences of 5 to 40 words, long ones harder: those wrong in each, and how many there are. A second system errs on 5 in a hundred more. */
function sentences(
  n: number,
  next: Rng,
  size = 1
): {first: number[][]; second: number[][]; clusters: number[]} {
  const luck = list(Math.ceil(n / size), () => 2 * next());
  const clusters = list(n, (i) => Math.floor(i / size));
  const words = clusters.map(() => 5 + next.int(36));
  const wrong = (more: number) =>
    words.map((w, i) => [sum(list(w, () => coin(luck[clusters[i]!]! * hardness(w) + more, next))), w]);
  return {first: wrong(0), second: wrong(0.05), clusters};
}

const hardness = (words: number) => 0.1 + words / 200;
const lengths = list(36, (i) => 5 + i);
const wordErrors = sum(lengths.map((w) => w * hardness(w))) / sum(lengths);
const errorRate: CorpusFigure = {figure: "ratio", of: "edits", over: "words"};
const jackknife = (rows: number[][]) => corpusJackknife(errorRate, rows);

const shares = [0.5, 0.3, 0.15, 0.05];
const macroF1 = sum(shares.map((p) => (1.6 * p) / (1.8 * p + (0.2 / 3) * (1 - p)))) / shares.length;

/** One of four labels, and what was answered: the label in four of five rows, else one of the others. */
function labelled(n: number, next: Rng): string[][] {
  return list(n, () => {
    const u = next();
    const label = u < 0.5 ? 0 : u < 0.8 ? 1 : u < 0.95 ? 2 : 3;
    return [label, next() < 0.8 ? label : (label + 1 + next.int(3)) % 4].map(String);
  });
}

/** One of five labels, and what was answered: the label in four of five rows, else any, as often as there are of it. */
function rarer(n: number, next: Rng): string[][] {
  const draw = () => {
    const u = next();
    return "abcde"[[0.5, 0.75, 0.9, 0.97, 1].findIndex((most) => u < most)]!;
  };
  return list(n, () => {
    const label = draw();
    return [label, next() < 0.8 ? label : draw()];
  });
}

cases.push(
  {
    name: "error rate of all words: jackknife",
    truth: wordErrors,
    trials: 4000,
    interval: (n, next) => meanInterval(jackknife(sentences(n, next).first))
  },
  {
    name: "error rate of all words: the mean of the rows' rates (not used)",
    truth: wordErrors,
    trials: 4000,
    interval: (n, next) => meanInterval(sentences(n, next).first.map(([wrong, words]) => wrong! / words!))
  },
  {
    name: "difference of error rates of all words: jackknife",
    truth: 0.05,
    trials: 4000,
    interval: (n, next) => {
      const {first, second} = sentences(n, next);
      return pairedDifference(jackknife(second), jackknife(first));
    }
  },
  {
    name: "error rate of all words in groups of 5: clustered jackknife",
    truth: wordErrors,
    trials: 4000,
    interval: (n, next) => {
      const {first, clusters} = sentences(n, next, 5);
      return meanInterval(jackknife(first), {clusters});
    }
  },
  {
    name: "macro F1 of four labels, the rarest 1 in 20: jackknife",
    truth: macroF1,
    trials: 4000,
    interval: (n, next) => meanInterval(corpusJackknife({figure: "macroF1"}, labelled(n, next)))
  },
  {
    name: "macro F1 of five labels, the rarest 3 in 100: jackknife",
    truth: 0.84,
    trials: 4000,
    interval: (n, next) => meanInterval(corpusJackknife({figure: "macroF1"}, rarer(n, next)))
  }
);
/** Values with a standard normal logarithm, of which groups of `size` rows share 70% of the variance. */
function skewed(n: number, next: Rng, size = 1): {values: number[]; clusters: number[]} {
  const shared = list(Math.ceil(n / size), () => next.normal());
  const clusters = list(n, (i) => Math.floor(i / size));
  const own = size === 1 ? 1 : 0.3;
  return {
    values: clusters.map((c) => Math.exp(Math.sqrt(1 - own) * shared[c]! + Math.sqrt(own) * next.normal())),
    clusters
  };
}

cases.push(
  {
    name: "costs, their logarithm with sd 1: t",
    truth: Math.exp(1 / 2),
    trials: 4000,
    interval: (n, next) => meanInterval(skewed(n, next).values)
  },
  {
    name: "95th percentile of times, their logarithm with sd 1: ranks",
    truth: Math.exp(normalQuantile(0.95)),
    trials: 4000,
    interval: (n, next) => quantileInterval(skewed(n, next).values, 0.95)
  },
  {
    name: "95th percentile of such times in groups of 5: ranks of the effective number",
    truth: Math.exp(normalQuantile(0.95)),
    trials: 4000,
    interval: (n, next) => {
      const {values, clusters} = skewed(n, next, 5);
      return quantileInterval(values, 0.95, {clusters});
    }
  }
);
/** The best of k equal candidates minus another one, on the same rows. */
function fromBest(k: number, n: number, next: Rng): Interval | undefined {
  const ease = list(n, () => next());
  const columns = list(k, () => ease.map((u) => Number((next() < 0.6 ? u : next()) < 0.8)));
  const best = columns.reduce((a, b) => (sum(b) > sum(a) ? b : a));
  const others = columns.filter((column) => column !== best);
  return pairedDifference(best, others[next.int(k - 1)]!);
}

/** The interval of the first of some slices, whose true figures spread as far as their errors, minus the true one. */
function sliced(slices: number, next: Rng, interval: (slice: Shrunk) => Interval): Interval {
  const truth = list(slices, () => 0.8 + 0.05 * next.normal());
  const found = shrink(
    truth.map((figure) => ({estimate: figure + 0.05 * next.normal(), standardError: 0.05}))
  )!;
  const {low, high} = interval(found.slices[0]!);
  return {low: low - truth[0]!, high: high - truth[0]!};
}

/** Rows that two raters label, in nine of ten alike. */
function labelledTwice(n: number, next: Rng): {first: number[]; second: number[]} {
  const first = list(n, () => coin(0.5, next));
  return {first, second: first.map((label) => (next() < 0.9 ? label : 1 - label))};
}

/** Answers in groups of ten by two raters, each of whom says mostly the same of all answers of a group, whatever the other says. */
function unrelated(n: number, next: Rng): {first: number[]; second: number[]; clusters: number[]} {
  const clusters = list(n, (i) => Math.floor(i / 10));
  const rater = () => {
    const leans = list(n / 10, () => coin(0.6, next));
    return clusters.map((group) => (next() < 0.9 ? leans[group]! : 1 - leans[group]!));
  };
  return {first: rater(), second: rater(), clusters};
}

for (const kind of ["percentile", "BCa", "expanded percentile"] as const)
  cases.push({
    name: `difference of graded scores: bootstrap, ${kind}`,
    truth: -1 / 8,
    trials: 1000,
    interval: (n, next) => {
      const bootstrap = pairedBootstrap(...graded(n, next), {seed: next.int(1e9), resamples: 1000});
      return kind === "BCa" ? bootstrap?.bca : kind === "percentile" ? bootstrap : bootstrap?.expanded;
    }
  });
cases.push(
  {
    name: "winner of 10 equal candidates: its plain interval",
    truth: 0.7,
    trials: 800,
    interval: (n, next) => {
      const columns = list(10, () => list(n, () => coin(0.7, next)));
      const best = columns.reduce((a, b) => (sum(b) > sum(a) ? b : a));
      return meanInterval(best);
    }
  },
  {
    name: "winner of 10 equal candidates: corrected for selection",
    truth: 0.7,
    trials: 800,
    interval: (n, next) =>
      winnerEstimate(
        list(10, () => list(n, () => coin(0.7, next))),
        {seed: next.int(1e9), draws: 1000}
      )
  },
  {
    name: "winner of 14 equal candidates in groups of 5: corrected for selection",
    truth: groupedTruth(0.8),
    trials: 800,
    interval: (n, next) => {
      const found = list(14, () => grouped(n, next, 0.8));
      return winnerEstimate(
        found.map(({scores}) => scores),
        {clusters: found[0]!.clusters, seed: next.int(1e9), draws: 1000}
      );
    }
  },
  {
    name: "difference of the best from another, of 5 equal candidates: its plain interval",
    truth: 0,
    trials: 2000,
    interval: (n, next) => fromBest(5, n, next)
  },
  {
    name: "difference of the best from another, of 14 equal candidates: its plain interval",
    truth: 0,
    trials: 2000,
    interval: (n, next) => fromBest(14, n, next)
  },
  {
    name: "one of n / 10 slices, drawn towards the others: `shrink`",
    truth: 0,
    trials: 2000,
    interval: (n, next) => sliced(n / 10, next, ({low, high}) => ({low, high}))
  },
  {
    name: "one of n / 10 slices, drawn towards the others: as if τ were known (not used)",
    truth: 0,
    trials: 2000,
    interval: (n, next) =>
      sliced(n / 10, next, ({estimate, standardError}) => ({
        low: estimate - z * standardError,
        high: estimate + z * standardError
      }))
  },
  {
    name: "Cohen's kappa 0.8 of two labels: by its test",
    truth: 0.8,
    trials: 4000,
    interval: (n, next) => {
      const {first, second} = labelledTwice(n, next);
      return cohenKappa(first, second);
    }
  },
  {
    name: "Cohen's kappa 0.8 of two labels: kappa ± 1.96 errors (not used)",
    truth: 0.8,
    trials: 4000,
    interval: (n, next) => {
      const {first, second} = labelledTwice(n, next);
      const found = cohenKappa(first, second);
      return (
        found && {low: found.kappa - z * found.standardError, high: found.kappa + z * found.standardError}
      );
    }
  },
  {
    name: "Cohen's kappa of unrelated raters, groups of 10: by its test, clustered",
    truth: 0,
    trials: 4000,
    interval: (n, next) => {
      const {first, second, clusters} = unrelated(n, next);
      return cohenKappa(first, second, {clusters});
    }
  },
  {
    name: "Cohen's kappa of unrelated raters, groups of 10: as if independent",
    truth: 0,
    trials: 4000,
    interval: (n, next) => {
      const {first, second} = unrelated(n, next);
      return cohenKappa(first, second);
    }
  },
  {
    name: "Krippendorff's alpha 0.8 of two labels: by its test",
    truth: 0.8,
    trials: 4000,
    interval: (n, next) => {
      const {first, second} = labelledTwice(n, next);
      return krippendorffInterval(first.map((label, i) => [label, second[i]!]));
    }
  },
  {
    name: "Krippendorff's alpha 0.7 of graded scores: jackknife of Fisher's z",
    truth: 0.7,
    trials: 1000,
    interval: (n, next) =>
      krippendorffInterval(
        list(n, () => {
          const score = next.normal();
          return [score, 0.7 * score + Math.sqrt(0.51) * next.normal()];
        }),
        {metric: "interval"}
      )
  },
  {
    name: "judge correction (n labels, 10 n judged): PPI++",
    truth: 0.6,
    trials: 10_000,
    interval: (n, next) => {
      const truth = list(11 * n, () => coin(0.6, next));
      const judge = truth.map((t) => (next() < 0.75 ? t : coin(0.9, next)));
      return judgeCorrected(
        truth.map((t, i) => (i < n ? t : undefined)),
        judge
      );
    }
  },
  {
    name: "judge correction, groups of 5: PPI++, clustered",
    truth: groupedTruth(0.5),
    trials: 3000,
    interval: (n, next) => judgedGroups(n, next, true)
  },
  {
    name: "judge correction, groups of 5: PPI++ as if independent",
    truth: groupedTruth(0.5),
    trials: 3000,
    interval: (n, next) => judgedGroups(n, next, false)
  },
  {
    name: "Bradley–Terry, n prompts × 3 candidates: clustered",
    truth: 0,
    trials: 1500,
    interval: (n, next) => {
      const preferences = list(n, (cluster) => {
        const taste = list(3, () => next.normal());
        return ["ab", "bc", "ca"].map(([first, second]): Preference => {
          const lead = taste["abc".indexOf(first!)]! - taste["abc".indexOf(second!)]!;
          const u = next();
          const chance = logistic(lead) * 0.8;
          return {
            first: first!,
            second: second!,
            cluster,
            winner: u < chance ? "first" : u < 0.8 ? "second" : "tie"
          };
        });
      }).flat();
      return bradleyTerry(preferences, {reference: "a"})?.abilities[1];
    }
  },
  {
    name: "confidence sequence, looked at after every row",
    truth: 0.7,
    trials: 800,
    interval: (n, next) => {
      const sequence = confidenceSequence({grid: 1000});
      for (let i = 0; i < n; i++) sequence.add(coin(0.7, next));
      return sequence.interval();
    }
  }
);

function coverage(): string[] {
  const lines = [
    `| 95% interval of | ${sizes.map((n) => `n = ${n}`).join(" | ")} |`,
    `|---|${sizes.map(() => "--:|").join("")}`
  ];
  const kept = linesByName();
  for (const {name, truth, trials, interval} of cases) {
    if (given.only !== undefined && !name.includes(given.only)) {
      const line = kept.get(name);
      if (line) lines.push(line);
      continue;
    }
    const cells = sizes.map((n) => {
      let held = 0;
      let told = 0;
      for (let trial = 0; trial < trials; trial++) {
        const found = interval(n, rng("calibration", name, n, trial));
        if (found) told++;
        if (found && found.low <= truth && truth <= found.high) held++;
      }
      return told === 0 ? "–" : `${((100 * held) / trials).toFixed(1)}%`;
    });
    lines.push(`| ${name} | ${cells.join(" | ")} |`);
    console.error(lines.at(-1));
  }
  return lines;
}

/** The file's own lines, for what is not simulated again. */
function linesByName(): Map<string, string> {
  if (given.only === undefined || given.write === undefined) return new Map();
  const lines = readFileSync(given.write, "utf8").split("\n");
  return new Map(
    lines.flatMap((line) => (line.startsWith("| ") ? [[line.split(" | ")[0]!.slice(2), line]] : []))
  );
}

const share = (count: number, trials: number): string => `${((100 * count) / trials).toFixed(1)}%`;

/** A gate that is looked at after every 10 rows up to 1,000: how often it decides, and after how many rows. */
function gates(): string[] {
  const trials = 600;
  const look = (decided: (i: number) => boolean, add: (i: number) => void): number | undefined => {
    for (let i = 1; i <= 1000; i++) {
      add(i);
      if (i % 10 === 0 && decided(i)) return i;
    }
    return undefined;
  };
  const peek = (truth: number, seed: number): number | undefined => {
    const next = rng("gate", truth, seed);
    const scores: number[] = [];
    return look(
      (n) => Math.abs(mean(scores)! - 0.8) > z * (standardError(scores) || Infinity) && n >= 30,
      () => scores.push(coin(truth, next))
    );
  };
  const anytime = (truth: number, seed: number): number | undefined => {
    const next = rng("gate", truth, seed);
    const sequence = confidenceSequence();
    return look(
      () => sequence.interval()!.low > 0.8 || sequence.interval()!.high < 0.8,
      () => sequence.add(coin(truth, next))
    );
  };
  const pairs = (
    lead: number,
    seed: number,
    draw: (a: number, b: number) => void,
    next = rng("pairs", lead, seed)
  ) => {
    const u = next();
    draw(Number(u < 0.65 + lead / 2 || (u > 0.8 && u < 0.95)), Number(u < 0.8 - lead / 2));
  };
  const peekPairs = (lead: number, seed: number): number | undefined => {
    const next = rng("pairs", lead, seed);
    const differences: number[] = [];
    return look(
      (n) => n >= 30 && Math.abs(mean(differences)!) > z * (standardError(differences) || Infinity),
      () => pairs(lead, seed, (a, b) => differences.push(a - b), next)
    );
  };
  const anytimePairs = (lead: number, seed: number): number | undefined => {
    const next = rng("pairs", lead, seed);
    const sequence = pairedConfidenceSequence();
    return look(
      () => sequence.interval()!.low > 0 || sequence.interval()!.high < 0,
      () => pairs(lead, seed, sequence.add, next)
    );
  };
  const lines = [
    "| gate, looked at after every 10 rows up to 1,000 | decides wrongly when nothing is there | decides when there is | median rows then |",
    "|---|--:|--:|--:|"
  ];
  const row = (
    name: string,
    gate: (truth: number, seed: number) => number | undefined,
    none: number,
    some: number
  ) => {
    const wrong = list(trials, (seed) => gate(none, seed)).filter((n) => n !== undefined).length;
    const right = list(trials, (seed) => gate(some, seed)).filter((n) => n !== undefined);
    lines.push(
      `| ${name} | ${share(wrong, trials)} | ${share(right.length, trials)} | ${quantile(right, 0.5)?.toFixed(0) ?? "–"} |`
    );
    console.error(lines.at(-1));
  };
  row("accuracy against 80%, 95% interval each time", peek, 0.8, 0.87);
  row("accuracy against 80%, confidence sequence", anytime, 0.8, 0.87);
  row("two candidates, 95% interval each time", peekPairs, 0, 0.08);
  row("two candidates, confidence sequence", anytimePairs, 0, 0.08);
  return lines;
}

function selection(): string[] {
  const trials = 600;
  const truth = [0.72, 0.71, 0.7, 0.68, 0.65, 0.6];
  const lines = [
    `| set of possible best (true accuracies ${truth.join(", ")}) | ${sizes.map((n) => `n = ${n}`).join(" | ")} |`,
    `|---|${sizes.map(() => "--:|").join("")}`
  ];
  const kept: string[] = [];
  const size: string[] = [];
  for (const n of sizes) {
    let count = 0;
    let candidates = 0;
    for (let trial = 0; trial < trials; trial++) {
      const next = rng("selection", n, trial);
      const ease = list(n, () => next());
      // Half of the time a row is as hard for all, so that candidates go together.
      const columns = truth.map((p) => ease.map((u) => Number((next() < 0.5 ? u : next()) < p)));
      const {best} = possibleBest(columns, {seed: trial, draws: 500})!;
      if (best.includes(0)) count++;
      candidates += best.length;
    }
    kept.push(share(count, trials));
    size.push((candidates / trials).toFixed(1));
  }
  return [
    ...lines,
    `| contains the truly best | ${kept.join(" | ")} |`,
    `| candidates in it, on average | ${size.join(" | ")} |`
  ];
}

const start = performance.now();
const page = given.write === undefined ? "" : readFileSync(given.write, "utf8");
if (given.write !== undefined && !(page.includes(begin) && page.includes(end)))
  throw new Error(`${given.write} has no "${begin}" … "${end}" to fill`);
const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
const table = coverage().join("\n");
const old = page.slice(from, to);
const rest =
  given.only === undefined
    ? `\n\n${[...gates(), "", ...selection()].join("\n")}\n`
    : old.slice(old.indexOf("\n\n"));
console.log(given.only === undefined ? table + rest : table);
console.error(`${((performance.now() - start) / 1000).toFixed(0)} s`);
if (given.write !== undefined)
  writeFileSync(given.write, `${page.slice(0, from)}\n${table}${rest}${page.slice(to)}`);

import type {LeftOut} from "./jackknife.js";

interface LabelCounts {
  /** Rows that expect the label. */
  support: number;
  predicted: number;
  correct: number;
}

/** Macro F1 over the labels that rows expect; without a row only the figures of its own labels change. */
export function macroF1LeftOut(rows: readonly (readonly string[])[]): LeftOut {
  const labels = new Map<string, LabelCounts>();
  for (const [expected] of rows) {
    const known = labels.get(expected!);
    if (known) known.support++;
    else labels.set(expected!, {support: 1, predicted: 0, correct: 0});
  }
  for (const [expected, ...predicted] of rows)
    for (const label of predicted) {
      const counts = labels.get(label);
      if (!counts) continue;
      counts.predicted += 1 / predicted.length;
      if (label === expected) counts.correct += 1 / predicted.length;
    }
  let sum = 0;
  for (const counts of labels.values()) sum += f1(counts);
  return {
    whole: sum / labels.size,
    without(row) {
      const [expected, ...predicted] = rows[row]!;
      const changed = new Map<string, LabelCounts>();
      for (const label of new Set(rows[row])) {
        const counts = labels.get(label);
        if (!counts) continue;
        const share = predicted.filter((one) => one === label).length / predicted.length;
        const own = label === expected;
        changed.set(label, {
          support: counts.support - (own ? 1 : 0),
          predicted: counts.predicted - share,
          correct: counts.correct - (own ? share : 0)
        });
      }
      let rest = sum;
      for (const [label, counts] of changed) rest += f1(counts) - f1(labels.get(label)!);
      return rest / (labels.size - (changed.get(expected!)!.support === 0 ? 1 : 0));
    }
  };
}

/** A label that no row expects any more is in no mean. */
function f1({support, predicted, correct}: LabelCounts): number {
  return support > 0 ? (2 * correct) / (support + predicted) : 0;
}

/** Matthews' correlation coefficient over all labels (Gorodkin's R_K); 0 where one side has a single label, as in scikit-learn. */
export function mccLeftOut(rows: readonly (readonly string[])[]): LeftOut {
  const expected = new Map<string, number>();
  const predicted = new Map<string, number>();
  let correct = 0;
  for (const row of rows) {
    const [truth, ...answers] = row;
    add(expected, truth!, 1);
    for (const answer of answers) add(predicted, answer, 1 / answers.length);
    correct += rightShare(row);
  }
  const labels = [...new Set([...expected.keys(), ...predicted.keys()])];
  const all = {rows: rows.length, correct, both: 0, expected: 0, predicted: 0};
  for (const label of labels) {
    const [t, p] = [expected.get(label) ?? 0, predicted.get(label) ?? 0];
    all.both += t * p;
    all.expected += t * t;
    all.predicted += p * p;
  }
  return {
    whole: correlation(all),
    without(row) {
      const [truth, ...answers] = rows[row]!;
      const rest = {...all, rows: all.rows - 1, correct: all.correct - rightShare(rows[row]!)};
      for (const label of new Set(rows[row])) {
        const [t, p] = [expected.get(label) ?? 0, predicted.get(label) ?? 0];
        const ownT = t - (label === truth ? 1 : 0);
        const ownP = p - answers.filter((answer) => answer === label).length / answers.length;
        rest.both += ownT * ownP - t * p;
        rest.expected += ownT * ownT - t * t;
        rest.predicted += ownP * ownP - p * p;
      }
      return correlation(rest);
    }
  };
}

interface LabelSums {
  rows: number;
  correct: number;
  /** Σ of expected · predicted, expected² and predicted² over the labels. */
  both: number;
  expected: number;
  predicted: number;
}

function correlation({rows, correct, both, expected, predicted}: LabelSums): number {
  const spread = (rows * rows - expected) * (rows * rows - predicted);
  return spread > 1e-9 ? (correct * rows - both) / Math.sqrt(spread) : 0;
}

function rightShare([truth, ...answers]: readonly string[]): number {
  return answers.filter((answer) => answer === truth).length / answers.length;
}

function add(counts: Map<string, number>, label: string, count: number): void {
  counts.set(label, (counts.get(label) ?? 0) + count);
}

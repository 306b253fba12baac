import type {LeftOut} from "./jackknife.js";

/** The rows with one predicted probability: those where the event came, and those where it did not. */
interface Tie {
  events: number;
  others: number;
}

/**
 * Area under the ROC curve, or average precision (AUPRC), of rows [event 0 or 1, its probability], as scikit-learn's
 * roc_auc_score and average_precision_score. Equal probabilities are one threshold. NaN where a class is missing.
 */
export function rankingLeftOut(kind: "auroc" | "auprc", rows: readonly (readonly number[])[]): LeftOut {
  const at = new Map<number, Tie>();
  for (const [event, probability] of rows) {
    const tie = at.get(probability!) ?? {events: 0, others: 0};
    if (event === 1) tie.events++;
    else tie.others++;
    at.set(probability!, tie);
  }
  const descending = [...at].sort(([a], [b]) => b - a);
  const place = new Map(descending.map(([probability], k) => [probability, k]));
  const ties = descending.map(([, tie]) => tie);
  const of = kind === "auroc" ? areaUnderRoc(ties) : averagePrecision(ties);
  return {
    whole: of.whole,
    without(row) {
      const [event, probability] = rows[row]!;
      return of.without(place.get(probability!)!, event === 1);
    }
  };
}

interface TiesLeftOut {
  whole: number;
  without(place: number, isEvent: boolean): number;
}

/** Pairs of an event and a row without that are in order, equal ones counted half. */
function areaUnderRoc(ties: readonly Tie[]): TiesLeftOut {
  const [events, others] = [sumOf(ties, "events"), sumOf(ties, "others")];
  const above = before(ties.map((tie) => tie.events));
  const below = before(ties.map((tie) => tie.others)).map((count, k) => others - count - ties[k]!.others);
  const pairs = ties.reduce((sum, tie, k) => sum + tie.events * (below[k]! + tie.others / 2), 0);
  return {
    whole: ratio(pairs, events * others),
    without: (k, isEvent) =>
      isEvent
        ? ratio(pairs - below[k]! - ties[k]!.others / 2, (events - 1) * others)
        : ratio(pairs - above[k]! - ties[k]!.events / 2, events * (others - 1))
  };
}

/** Mean over the events of the precision at their threshold. */
function averagePrecision(ties: readonly Tie[]): TiesLeftOut {
  const events = sumOf(ties, "events");
  const found = before(ties.map((tie) => tie.events)).map((count, k) => count + ties[k]!.events);
  const shown = before(ties.map((tie) => tie.events + tie.others)).map(
    (count, k) => count + ties[k]!.events + ties[k]!.others
  );
  const part = (k: number, event: number, row: number, gone = 0) =>
    (ties[k]!.events - gone) * (shown[k] === row ? 0 : (found[k]! - event) / (shown[k]! - row));
  const whole = ties.map((_, k) => part(k, 0, 0));
  const upTo = before(whole);
  const behind = (parts: readonly number[]) => before([...parts].reverse()).reverse();
  const withoutEvent = behind(ties.map((_, k) => part(k, 1, 1)));
  const withoutOther = behind(ties.map((_, k) => part(k, 0, 1)));
  return {
    whole: ratio(
      whole.reduce((sum, one) => sum + one, 0),
      events
    ),
    without: (k, isEvent) =>
      isEvent
        ? ratio(upTo[k]! + part(k, 1, 1, 1) + withoutEvent[k]!, events - 1)
        : ratio(upTo[k]! + part(k, 0, 1) + withoutOther[k]!, events)
  };
}

/** Of each place the sum of what stands before it. */
function before(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value) - value);
}

function sumOf(ties: readonly Tie[], member: keyof Tie): number {
  return ties.reduce((sum, tie) => sum + tie[member], 0);
}

const ratio = (of: number, over: number) => (over > 0 ? of / over : NaN);

/** A labelled or found span: offsets in one text, `end` exclusive. */
export interface Span {
  type: string;
  start: number;
  end: number;
}

export interface SpanCounts {
  /** Annotated spans that were found. */
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

export interface SpanScore extends SpanCounts {
  /** Undefined when nothing was found. */
  precision?: number;
  /** Undefined when nothing was annotated. */
  recall?: number;
  /** Undefined unless both are known. */
  f1?: number;
}

export const defaultIou = 0.75;

/**
 * Compares found spans with annotated ones in one text. An annotated span is found when the spans of its type
 * that overlap it have, taken together, a character IoU of at least `iou` with it; every found span used for no
 * annotated one is a false positive.
 */
export function compareSpans(
  annotated: readonly Span[],
  found: readonly Span[],
  iou = defaultIou
): Map<string, SpanCounts> {
  const counts = new Map<string, SpanCounts>();
  const of = (type: string): SpanCounts => {
    let known = counts.get(type);
    if (!known) counts.set(type, (known = {truePositives: 0, falsePositives: 0, falseNegatives: 0}));
    return known;
  };
  const used = new Set<Span>();
  for (const gold of annotated) {
    const overlapping = found.filter(
      (span) => !used.has(span) && span.type === gold.type && span.start < gold.end && gold.start < span.end
    );
    if (overlapping.length > 0 && combinedIou(gold, overlapping) >= iou) {
      of(gold.type).truePositives++;
      for (const span of overlapping) used.add(span);
    } else of(gold.type).falseNegatives++;
  }
  for (const span of found) if (!used.has(span)) of(span.type).falsePositives++;
  return counts;
}

/** Shared characters over all characters of the span and the union of the others. */
function combinedIou(gold: Span, spans: readonly Span[]): number {
  let union = 0;
  let shared = 0;
  let done = -Infinity;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const start = Math.max(span.start, done);
    if (span.end <= start) continue;
    union += span.end - start;
    shared += Math.max(0, Math.min(span.end, gold.end) - Math.max(start, gold.start));
    done = span.end;
  }
  return shared / (union + (gold.end - gold.start) - shared);
}

/** Precision and recall by type over many texts, in order of type. No texts give an empty map. */
export function scoreSpans(
  texts: Iterable<{annotated: readonly Span[]; found: readonly Span[]}>,
  iou = defaultIou
): Map<string, SpanScore> {
  const totals = new Map<string, SpanCounts>();
  for (const {annotated, found} of texts)
    for (const [type, counts] of compareSpans(annotated, found, iou)) {
      const total = totals.get(type) ?? {truePositives: 0, falsePositives: 0, falseNegatives: 0};
      total.truePositives += counts.truePositives;
      total.falsePositives += counts.falsePositives;
      total.falseNegatives += counts.falseNegatives;
      totals.set(type, total);
    }
  return new Map(
    [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, counts]) => [type, rates(counts)])
  );
}

function rates(counts: SpanCounts): SpanScore {
  const {truePositives, falsePositives, falseNegatives} = counts;
  const found = truePositives + falsePositives;
  const annotated = truePositives + falseNegatives;
  const score: SpanScore = {...counts};
  if (found > 0) score.precision = truePositives / found;
  if (annotated > 0) score.recall = truePositives / annotated;
  if (found > 0 && annotated > 0) score.f1 = (2 * truePositives) / (found + annotated);
  return score;
}

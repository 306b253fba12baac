import {
  type Annotation,
  checkAnnotations,
  scanText,
  scoreSpans,
  type Span,
  type SpanScore
} from "../../../src/privacy/index.js";

export interface PiiSentence {
  full_text: string;
  spans: {entity_type: string; entity_value: string; start_position: number; end_position: number}[];
}

export interface PiiSentencesResult {
  sentences: number;
  spans: number;
  /** Annotations whose offsets hold other words than they state. */
  wrong: {row: number; type: string; value: string; found: string}[];
  scores: Map<string, SpanScore>;
}

/** Published types that have another name here. */
const types: Record<string, string> = {DOMAIN_NAME: "URL", DATE_TIME: "DATE_OF_BIRTH"};

/** Recognises the file by its members. */
export function isPiiSentences(rows: unknown): rows is PiiSentence[] {
  return (
    Array.isArray(rows) &&
    rows.length > 0 &&
    rows.every((row) => typeof row === "object" && row !== null && "full_text" in row && "spans" in row)
  );
}

/** Precision and recall by type of all layers against annotated sentences; wrong annotations stay out. */
export function checkPiiSentences(sentences: readonly PiiSentence[]): PiiSentencesResult {
  const result: PiiSentencesResult = {sentences: sentences.length, spans: 0, wrong: [], scores: new Map()};
  const texts: {annotated: Span[]; found: Span[]}[] = [];
  for (const [row, {full_text, spans}] of sentences.entries()) {
    const annotations: Annotation[] = spans.map((span) => ({
      type: types[span.entity_type] ?? span.entity_type,
      start: span.start_position,
      end: span.end_position,
      value: span.entity_value
    }));
    const checked = checkAnnotations(full_text, annotations);
    result.spans += spans.length;
    for (const {annotation, found} of checked.wrong)
      result.wrong.push({row, type: annotation.type, value: annotation.value, found});
    texts.push({
      annotated: checked.spans,
      found: scanText(full_text, {layers: ["patterns", "secrets", "names"]})
    });
  }
  result.scores = scoreSpans(texts);
  return result;
}

/** One line a type, for people. */
export function describeScores(scores: ReadonlyMap<string, SpanScore>): string[] {
  const share = (value: number | undefined) => (value === undefined ? "   –" : value.toFixed(2).padStart(4));
  return [...scores].map(
    ([type, {truePositives, falsePositives, falseNegatives, precision, recall}]) =>
      `${type.padEnd(20)} precision ${share(precision)}  recall ${share(recall)}  (found ${truePositives}, wrong ${falsePositives}, missed ${falseNegatives})`
  );
}

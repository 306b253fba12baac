import {expected, type Reader} from "../figure.js";
import {type Item} from "../item.js";
import {
  type Annotation,
  checkAnnotations,
  scanText,
  scoreSpans,
  type Span,
  type SpanScore
} from "../../../src/privacy/index.js";

/** Annotated sentences: what the file says of itself, and the types that a checksum or a range makes certain. */
export const piiSentences: Reader = {
  kind: "personal data: annotated sentences",
  matches: (item) => sentenceFile(item) !== undefined,
  figures(item) {
    const sentences = item.json(sentenceFile(item)!) as PiiSentence[];
    const result = checkPiiSentences(sentences);
    const counts = (type: string) => {
      const {truePositives = 0, falsePositives = 0, falseNegatives = 0} = result.scores.get(type) ?? {};
      return {
        right: truePositives,
        found: truePositives + falsePositives,
        annotated: truePositives + falseNegatives
      };
    };
    const cards = counts("CREDIT_CARD");
    const mails = counts("EMAIL_ADDRESS");
    return [
      {name: "sentences", ours: result.sentences, published: expected("sentences")},
      {name: "annotated spans", ours: result.spans, published: expected("spans")},
      ...result.wrong.map(({row}, index) => ({
        name: `row of wrong annotation ${index + 1}`,
        ours: row,
        published: expected("spans_whose_slice_differs_from_entity_value", index, "row")
      })),
      {
        name: "cards found, and annotated",
        ours: [cards.right, cards.annotated],
        published: expected("credit_cards_passing_luhn")
      },
      {
        name: "e-mail addresses right, found and annotated",
        ours: [mails.right, mails.found, mails.annotated],
        published: expected("simple_email_regex_tp_pred_gold")
      },
      ...["US_SSN", "IP_ADDRESS"].map((type) => ({
        name: `${type} found as annotated`,
        ours: counts(type).right,
        published: expected("per_type", type)
      }))
    ];
  }
};

function sentenceFile(item: Item): string | undefined {
  return item.files.find((file) => file.endsWith(".json") && isPiiSentences(item.json(file)));
}

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

import {expectedOf, type Figure, type Reader} from "../figure.js";
import {type Item, jsonFiles} from "../item.js";
import {
  allRecognizers,
  type Annotation,
  checkAnnotations,
  scanText,
  scoreSpans,
  type Span,
  type SpanScore
} from "../../../src/data/privacy/index.js";

/** Annotated sentences: what the file says of itself, and the types that a checksum or a range makes certain. */
export const piiSentences: Reader = {
  kind: "personal data: annotated sentences",
  matches: (item) => sentenceFiles(item).length > 0,
  figures: (item) => sentenceFiles(item).flatMap((file) => figuresOf(file, item.json(file) as PiiSentence[]))
};

function figuresOf(file: string, sentences: readonly PiiSentence[]): Figure[] {
  const result = checkPiiSentences(sentences);
  const at = (...path: (string | number)[]) => expectedOf(file, ...path);
  const spans = sentences.flatMap((sentence) => sentence.spans);
  const ofType = (type: string) => spans.filter((span) => span.entity_type === type);
  const lengths = sentences.map(({full_text}) => [...full_text].length);
  const mails = result.scores.get("EMAIL_ADDRESS");
  const [right, wrong, missed] = [
    mails?.truePositives ?? 0,
    mails?.falsePositives ?? 0,
    mails?.falseNegatives ?? 0
  ];
  return [
    {name: "sentences", ours: result.sentences, published: at("sentences")},
    {name: "annotated spans", ours: result.spans, published: at("spans")},
    ...[...new Set(spans.map((span) => span.entity_type))].map((type) => ({
      name: `spans of ${type}`,
      ours: ofType(type).length,
      published: at("per_type", type)
    })),
    {
      name: "sentences without a span",
      ours: sentences.filter((sentence) => sentence.spans.length === 0).length,
      published: at("sentences_without_pii")
    },
    {
      name: "shortest and longest text",
      ours: [Math.min(...lengths), Math.max(...lengths)],
      published: at("text_length_min_max")
    },
    {
      name: "rows of wrong annotations",
      rows: result.wrong.map(({row}) => ({ours: row})),
      publishedRows: {
        file: "expected.json",
        list: ["spans_whose_slice_differs_from_entity_value"],
        path: ["row"]
      }
    },
    {
      name: "cards that are recognised, and annotated",
      ours: recognised(ofType("CREDIT_CARD"), "credit-card"),
      published: at("credit_cards_passing_luhn")
    },
    {
      name: "IBANs that are recognised, and annotated",
      ours: recognised([...ofType("IBAN_CODE"), ...ofType("IBAN")], "iban"),
      published: at("ibans_passing_mod97")
    },
    {
      name: "e-mail addresses right, found and annotated; no worse",
      ours: [right, right + wrong, right + missed],
      published: at("simple_email_regex_tp_pred_gold"),
      agrees: ([hit, found, all], [theirHit, theirFound, theirAll]) =>
        hit! >= theirHit! && found! - hit! <= theirFound! - theirHit! && all === theirAll
    }
  ];
}

/** Annotated values that the recogniser takes whole, and how many there are. */
function recognised(spans: PiiSentence["spans"], name: string): [number, number] {
  const recognizers = allRecognizers.filter((recognizer) => recognizer.name === name);
  const whole = spans.filter(({entity_value: value}) =>
    scanText(value, {recognizers, minScore: 0}).some(({start, end}) => start === 0 && end === value.length)
  );
  return [whole.length, spans.length];
}

function sentenceFiles(item: Item): string[] {
  return jsonFiles(item, isPiiSentences);
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

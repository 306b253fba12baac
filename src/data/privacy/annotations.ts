import type {Span} from "./spanScoring.js";

/** A span as annotation tools write it: offsets count code points, as Python does. */
export interface Annotation {
  type: string;
  start: number;
  end: number;
  /** The words the annotator meant. */
  value: string;
}

export interface CheckedAnnotations {
  /** Spans in UTF-16 code units. */
  spans: Span[];
  /** Annotations whose offsets do not hold the words they state, with the words that are there. */
  wrong: {annotation: Annotation; found: string}[];
}

/**
 * Turns code-point offsets into UTF-16 ones and holds every annotation against the text. A wrong one is
 * reported and left out: scoring against it would blame the recogniser for the annotator's slip.
 */
export function checkAnnotations(text: string, annotations: readonly Annotation[]): CheckedAnnotations {
  const offsets = codePointOffsets(text);
  const checked: CheckedAnnotations = {spans: [], wrong: []};
  for (const annotation of annotations) {
    const start = offsets[annotation.start];
    const end = offsets[annotation.end];
    const found = start === undefined || end === undefined ? "" : text.slice(start, end);
    if (found !== "" && found === annotation.value)
      checked.spans.push({type: annotation.type, start: start!, end: end!});
    else checked.wrong.push({annotation, found});
  }
  return checked;
}

/** UTF-16 offset of every code point, and of the end. */
function codePointOffsets(text: string): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const character of text) {
    offsets.push(offset);
    offset += character.length;
  }
  offsets.push(offset);
  return offsets;
}

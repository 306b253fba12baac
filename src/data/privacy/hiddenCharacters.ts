/**
 * Characters that nothing shows and that part what belongs together: soft hyphen, zero-width spaces and joiners, marks of direction,
 * variation selectors, tags.
 */
const HIDDEN =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0]|\uDB40[\uDC00-\uDFFF]/g;

export interface VisibleText {
  text: string;
  /** Where each UTF-16 code unit of `text` stands in the whole text. */
  offsets: readonly number[];
}

/** The text without characters that nothing shows; undefined where it has none. */
export function visibleText(whole: string): VisibleText | undefined {
  let text = "";
  let done = 0;
  const offsets: number[] = [];
  const keep = (end: number) => {
    text += whole.slice(done, end);
    for (let at = done; at < end; at++) offsets.push(at);
  };
  for (const {0: hidden, index} of whole.matchAll(HIDDEN)) {
    keep(index);
    done = index + hidden.length;
  }
  if (done === 0) return undefined;
  keep(whole.length);
  return {text, offsets};
}

/**
 * Characters that nothing shows and that part what belongs together: soft hyphen, zero-width spaces and joiners, marks of direction,
 * variation selectors, tags.
 */
const HIDDEN = /\p{Default_Ignorable_Code_Point}/gu;

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

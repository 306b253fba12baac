import {textWidth} from "./textWidth.js";

const characters = new Intl.Segmenter("en");

/** A text that fits into so many pixels: of a longer one the beginning and the end, with an ellipsis between them. */
export function shortenedToWidth(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  const all = [...characters.segment(text)].map(({segment}) => segment);
  const keeping = (kept: number) => {
    const beginning = all.slice(0, Math.ceil(kept / 2)).join("");
    const end = all.slice(all.length - Math.floor(kept / 2)).join("");
    return `${beginning.trimEnd()}…${end.trimStart()}`;
  };
  let [least, most] = [0, all.length - 1];
  while (least < most) {
    const kept = Math.ceil((least + most) / 2);
    if (textWidth(keeping(kept)) <= room) least = kept;
    else most = kept - 1;
  }
  return keeping(least);
}

/** The text, ended with … where it has more characters than `most`. */
export function cutText(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

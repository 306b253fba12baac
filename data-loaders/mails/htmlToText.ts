const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  bull: "•",
  middot: "·",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  aacute: "á",
  oacute: "ó",
  uuml: "ü",
  ouml: "ö",
  auml: "ä",
  szlig: "ß",
  ntilde: "ñ",
  ccedil: "ç",
  pound: "£",
  euro: "€",
  cent: "¢",
  laquo: "«",
  raquo: "»",
  deg: "°",
  times: "×"
};

/** Visible text of an HTML mail: block elements end a line, scripts, styles and comments are dropped. */
export function htmlToText(html: string): string {
  const text = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/<(script|style|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, (whole, tag: string) =>
      tag.toLowerCase() === "head" && !/<\/head/i.test(whole) ? whole : " "
    )
    .replace(/<(?:br|\/?(?:p|div|tr|table|ul|ol|li|h[1-6]|hr|blockquote|center|td))\b[^>]*>/gi, "\n")
    .replace(/<[a-z/!?][^>]*>/gi, "");
  return decodeEntities(text);
}

/** "&amp;", "&#8217;" and "&#x2019;" as characters; unknown names stay as written. */
export function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});?/gi, decodeEntity);
}

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith("#")) return entities[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/** The longest text kept, in UTF-16 units: newsletters run to 100,000 and say what they are at once. */
export const maxTextLength = 4000;

// From the first of these lines to the end is a footer that names the list.
const footerStarts = [
  /^-- ?$/,
  /^_{20,}\s*$/,
  /^-{10,}\s*Yahoo! Groups Sponsor/i,
  /^To unsubscribe from this group/i,
  /^This s[fF]\.net e?mail is sponsored by/i,
  /^-----BEGIN PGP SIGNATURE/,
  /^Irish Linux Users' Group/i,
  /^List maintainer:/i,
  /^(?:RPM-List|Exmh-\w+|Razor-users|Spamassassin-\w+|ILUG|Spambayes)\s+mailing list/i,
  /^You have received this message because you subscribed/i,
  /^Copyright 1997-\d+ pudge/i,
  /^iIiIiIiI/
];

const droppedLines = [
  /^\s*[>|:%}]/,
  /^\s*\w{1,4}>/,
  /\bwrote\s*[:.,]*\s*$|\bwrote\s*:/i,
  /\b(?:writes|said|schrieb|says|mentioned|declaimed):\s*$/i,
  /^On .{4,120}(?:wrote|writes|said|mentioned)\b/i,
  /^(?:On )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? .{0,30}\b(?:199\d|200\d)\b/,
  /^Once upon a time,|^Quoting .{2,80}:?$/i,
  /^In (?:message|article) /i,
  /^-{3,}\s*(?:Original|Forwarded) Message/i,
  /^\s*(?:From|To|Cc|Sent|Date|Subject|Message-Id|URL|Reply-To|Sender|Content-[\w-]+|Mime-Version|X-[\w-]+|List-[\w-]+):/i,
  /mailing list|unsubscri|mailman\/listinfo|sponsored by|-----BEGIN PGP|^Hash: /i
];

// Addresses of every kind, and the lists' own names.
const addresses = [
  /\b(?:https?|ftp|mailto|file|news):\S+/gi,
  /\bwww\.\S+/gi,
  /[\w.+=-]+(?:@| at )[\w-]+(?:\.[\w-]+)+/gi,
  /<[^<>\s]{1,120}>/g,
  /\b(?:ilug|fork|satalk|sadev|sacvs|zzzzteana|rpm-(?:zzz)?list|razor-users|exmh-(?:users|workers)|spamassassin-\w+)\b/gi,
  /\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|ie|edu|gov|info|biz|uk|de|fr|au)\b\S*/gi
];

/** "Re: [ILUG] Fwd: printer" → "printer". Tags of mailing lists and the prefixes of replies carry the label. */
export function cleanSubject(subject: string): string {
  let text = subject;
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(
      /^\s*(?:(?:re|fwd?|aw|antwort|sv|was)\s*(?:\[\d+\]|\^\d+|\(\d+\))?\s*:|\[[^\]]{1,40}\])\s*/i,
      ""
    );
  }
  return text.replace(/\s+/g, " ").trim();
}

/**
 * Subject and body without what gives the queue away: list tags, list footers and signatures, quoted lines and
 * their introductions, repeated headers, URLs and addresses. Empty when nothing else was said.
 */
export function cleanText(subject: string, body: string): string {
  const kept: string[] = [];
  for (const line of withoutSignature(body.replace(/\r/g, "").split("\n"))) {
    if (footerStarts.some((pattern) => pattern.test(line.trimEnd()) || pattern.test(line)) && kept.length > 0)
      break;
    if (!droppedLines.some((pattern) => pattern.test(line))) kept.push(line);
  }
  let text = kept.join("\n");
  let title = cleanSubject(subject).replace(/\[[^\]]{1,40}\]|^[\s>]+/g, " ");
  for (const pattern of addresses) {
    text = text.replace(pattern, " ");
    title = title.replace(pattern, " ");
  }
  const spaced = text
    .replace(/[^\S\n]+/g, " ")
    .replace(/([^\w\s])\1{3,}/g, " ")
    .replace(/ ?\n[\s]*/g, "\n");
  return cut(`${title.replace(/\s+/g, " ").trim()}\n${spaced.trim()}`.trim());
}

/** Some sign below a ruler instead of the customary "-- ": a ruler in the last ten lines starts a signature. */
function withoutSignature(lines: string[]): string[] {
  const ruler = lines.findLastIndex((line) => /^\s*[-_=*#~+]{8,}\s*$/.test(line));
  return ruler > 2 && lines.length - ruler <= 10 ? lines.slice(0, ruler) : lines;
}

function cut(text: string): string {
  if (text.length <= maxTextLength) return text;
  const end = text.lastIndexOf(" ", maxTextLength);
  return text.slice(0, end > maxTextLength / 2 ? end : maxTextLength);
}

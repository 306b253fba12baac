const BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/**
 * A text that stands in a line of its own or in a sentence, such as a name from data or a server: its line breaks, which would begin
 * lines that nobody wrote, are shown.
 */
export function oneLine(text: string): string {
  return text.replace(BREAKS, "␤");
}

/** A word as a shell takes it: quoted where it has to be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

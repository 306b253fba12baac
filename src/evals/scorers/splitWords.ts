/**
 * Words divided by Unicode white space. JavaScript's \s also takes U+FEFF, which is a format character and part of
 * the word for the programs whose figures we reproduce.
 */
export function splitWords(text: string): string[] {
  return text.split(/[^\S\uFEFF]+/).filter((word) => word !== "");
}

const SECRETS = new Set([
  "PASSWORD",
  "SECRET",
  "API_KEY",
  "ACCESS_TOKEN",
  "PRIVATE_KEY",
  "URL_WITH_CREDENTIALS"
]);

const LONGEST = 40;

/**
 * The value with every letter and digit as `*`; its punctuation stays, so `***-**-****` still shows what it was.
 * Secrets become eight stars whatever their length, and anything is cut after 40.
 */
export function mask(type: string, value: string): string {
  if (SECRETS.has(type)) return "********";
  // A character has two code units at most.
  const masked = value.slice(0, 2 * LONGEST + 2).replace(/[^\s.,:;/@+()-]/gu, "*");
  return masked.length > LONGEST ? masked.slice(0, LONGEST) + "\u2026" : masked;
}

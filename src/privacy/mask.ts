const SECRETS = new Set([
  "PASSWORD",
  "SECRET",
  "API_KEY",
  "ACCESS_TOKEN",
  "PRIVATE_KEY",
  "URL_WITH_CREDENTIALS"
]);

/**
 * The value with every letter and digit as `*`; its punctuation stays, so `***-**-****` still shows what it was.
 * Secrets become eight stars whatever their length, and anything is cut after 40.
 */
export function mask(type: string, value: string): string {
  if (SECRETS.has(type)) return "********";
  const masked = value.replace(/[^\s.,:;/@+()-]/gu, "*");
  return masked.length > 40 ? masked.slice(0, 40) + "\u2026" : masked;
}

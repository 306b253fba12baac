export interface Normalization {
  /** Lower case. Default true. */
  ignoreCase?: boolean;
  /** Drop punctuation and symbols. Default true. */
  ignorePunctuation?: boolean;
  /** Drop the English articles a, an, the. Default false. */
  ignoreArticles?: boolean;
  /** Drop diacritics: é and e are the same. Default false. */
  ignoreAccents?: boolean;
}

/**
 * Compatibility form (NFKC), then the chosen reductions; runs of white space become one blank.
 * @param kept punctuation and symbols that stay where others are dropped
 */
export function normalizeText(text: string, options: Normalization = {}, kept?: RegExp): string {
  const {
    ignoreCase = true,
    ignorePunctuation = true,
    ignoreArticles = false,
    ignoreAccents = false
  } = options;
  let result = text.normalize("NFKC");
  if (ignoreAccents) result = result.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");
  if (ignoreCase) result = result.toLowerCase();
  if (ignorePunctuation) result = withoutSigns(result, kept);
  if (ignoreArticles) result = result.replace(/(?<![\p{L}\p{N}])(?:a|an|the)(?![\p{L}\p{N}])/giu, " ");
  return result.replace(/\s+/g, " ").trim();
}

function withoutSigns(text: string, kept?: RegExp): string {
  const signs = kept ? new RegExp(`(${kept.source})|[\\p{P}\\p{S}]`, "gu") : /()[\p{P}\p{S}]/gu;
  return text.replace(signs, (_, stays: string | undefined) => stays ?? "");
}

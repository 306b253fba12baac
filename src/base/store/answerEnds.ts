/** What servers call an end at the token limit, in lower case. */
const CUT = ["length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"];

/** What they call an answer that the model refused, or that a filter took or broke off. */
const REFUSED = [
  "refusal",
  "content_filter",
  "content_filtered",
  "guardrail_intervened",
  "safety",
  "recitation",
  "prohibited_content",
  "blocklist",
  "spii",
  "sensitive"
];

/** Gemini puts its own word behind: "content_filter: RECITATION". */
const wordOf = (finishReason: string) => finishReason.toLowerCase().split(":")[0]!.trim();

/** Whether an answer ended at the token limit. */
export function isCut(finishReason: string): boolean {
  return CUT.includes(wordOf(finishReason));
}

/** Whether an answer ended because the model refused it or a filter took it. */
export function isRefused(finishReason: string): boolean {
  return REFUSED.includes(wordOf(finishReason));
}

const endsAs = (words: readonly string[]) =>
  `coalesce(trim(split_part(lower(finish_reason), ':', 1)) in (${words.map((word) => `'${word}'`).join(", ")}), false)`;

/** SQL over the columns of COMPLETIONS, as `isCut`. */
export const cutSql = endsAs(CUT);

/** SQL over the columns of COMPLETIONS, as `isRefused`. */
export const refusedSql = endsAs(REFUSED);

/** SQL over the columns of COMPLETIONS: the answer has neither text nor tool calls. False where the text is not known. */
export const emptySql =
  "(output is not null and tool_calls is null and not regexp_matches(output, '[^\\s]'))";

/** What is known of an answer before it is graded. */
export interface AnswerSigns {
  text: string;
  /** Natural logarithms of the probability of each token of the answer. */
  logprobs?: readonly number[];
  /** Other answers of the same model to the same question. */
  repeats?: readonly string[];
}

export const SIGNALS = ["logprobs", "agreement", "length"] as const;

/** What a cascade goes by; of a classifier, whose answer is one token, `logprobs` gives the probability of its label. */
export type Signal = (typeof SIGNALS)[number];

/**
 * How sure an answer is, higher is surer; undefined when the sign is not there. `logprobs`: the geometric mean of its tokens'
 * probabilities, 0 to 1. `agreement`: the share of all repeats, this one among them, that say the same but for case and white
 * space. `length`: minus its characters.
 */
export function confidenceOf(signal: Signal, {text, logprobs, repeats}: AnswerSigns): number | undefined {
  switch (signal) {
    case "logprobs":
      return logprobs && logprobs.length > 0
        ? Math.exp(logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length)
        : undefined;
    case "agreement": {
      if (!repeats || repeats.length === 0) return undefined;
      const said = fold(text);
      return (1 + repeats.filter((other) => fold(other) === said).length) / (1 + repeats.length);
    }
    case "length":
      return -text.trim().length;
  }
}

function fold(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}

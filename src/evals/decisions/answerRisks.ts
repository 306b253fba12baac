import {formatCount, few, listNames} from "./points.js";
import type {Risk} from "./types.js";

/** How the answers of one candidate ended, where that was not by themselves with a text or a call. */
export interface CandidateEnds {
  /** As in the verdict: "candidate" or "candidate · variant". */
  candidate: string;
  answers: number;
  /** Ended at the token limit. */
  cut: number;
  /** Of `cut`, those without a text. */
  cutEmpty: number;
  /** Refused by the model, or taken by a filter. */
  refused: number;
  /** Without a text, though neither cut nor refused. */
  empty: number;
  /** The candidate's own limit; absent where it states none. */
  maxTokens?: number;
}

/** Which model a server named in the answers of one candidate, reused ones among them. */
export interface ServedModel {
  candidate: string;
  model: string;
  answers: number;
  /** Different system fingerprints among them. */
  fingerprints: number;
}

export interface AnswerFacts {
  /** Every candidate, in the run's order. */
  ends: CandidateEnds[];
  /** By candidate, the model of most answers first. Not of candidates that ask several models, nor of weights known by their hash. */
  served: ServedModel[];
}

/** A candidate most of whose answers are none of the labels that rows expect. */
export interface NoLabels {
  candidate: string;
  answers: number;
  none: number;
  /** The commonest of them, masked; absent where rows are published as ids. */
  example?: string;
  cause: "empty" | "spelling" | "longer" | "other";
}

const NO_LABEL_ADVICE: Readonly<Record<NoLabels["cause"], string>> = {
  empty: "they are empty: look at the prompt and at max_tokens",
  spelling: "they are labels in another spelling: name them, classification({labels})",
  longer: "the label stands in a longer text: ask for the label alone, or read it with matchAfter",
  other: "name the labels in the prompt, and check that `expected` is the right column"
};

/** One risk for each candidate: its score is about the form of its answers, not about what it knows. */
export function noLabelRisks(found: readonly NoLabels[] = []): Risk[] {
  return found.map(({candidate, answers, none, example, cause}) => ({
    kind: "answers",
    sentence: `${formatCount(none)} of ${formatCount(answers)} answers of ${candidate} are no label${example === undefined ? "" : `, such as ${JSON.stringify(example)}`}: ${NO_LABEL_ADVICE[cause]}.`,
    candidates: [candidate]
  }));
}

/** From this share of a candidate's answers on, how they ended is a risk; below it is a count beside the run. */
const ENDS_SHARE = 0.01;

/** Answers that were cut, refused or empty: one risk a kind, of the candidate with the largest share, the others behind it. */
export function endRisks(ends: readonly CandidateEnds[] = []): Risk[] {
  return [
    endRisk(ends, "cut", ({cutEmpty, maxTokens}) => {
      const limit =
        maxTokens === undefined ? "the server's token limit" : `max_tokens (${formatCount(maxTokens)})`;
      const empty = cutEmpty > 0 ? `, ${formatCount(cutEmpty)} of them empty` : "";
      return {what: `cut at ${limit}${empty}`, advice: "raise max_tokens"};
    }),
    endRisk(ends, "refused", () => ({
      what: "refused by the model or taken by a filter",
      advice: "read some of them before you trust the score"
    })),
    endRisk(ends, "empty", () => ({
      what: "empty, though they were not cut",
      advice: "look at the prompt, the chat template, and where the server puts the answer's text"
    }))
  ].filter((risk) => risk !== undefined);
}

function endRisk(
  ends: readonly CandidateEnds[],
  kind: "cut" | "refused" | "empty",
  textOf: (worst: CandidateEnds) => {what: string; advice: string}
): Risk | undefined {
  const found = ends
    .filter((one) => one[kind] > 0 && one[kind] >= ENDS_SHARE * one.answers)
    .sort((a, b) => b[kind] / b.answers - a[kind] / a.answers);
  const [worst, ...others] = found;
  if (!worst) return undefined;
  const share = (one: CandidateEnds) => `${formatCount(one[kind])} of ${formatCount(one.answers)}`;
  const {what, advice} = textOf(worst);
  const behind =
    others.length > 0 ? `; of ${listNames(others.map((one) => `${one.candidate} ${share(one)}`))}` : "";
  return {
    kind: "answers",
    sentence: `${share(worst)} answers of ${worst.candidate} ${worst[kind] === 1 ? "was" : "were"} ${what}${behind}: ${advice}.`,
    candidates: found.map(({candidate}) => candidate)
  };
}

/** Candidates that several models answered for; of one model with several fingerprints a note, since hosted ones change often. */
export function servedRisks(served: readonly ServedModel[] = []): Risk[] {
  const byCandidate = new Map<string, ServedModel[]>();
  for (const one of served) byCandidate.set(one.candidate, [...(byCandidate.get(one.candidate) ?? []), one]);
  return [...byCandidate].flatMap(([candidate, models]): Risk[] => {
    const candidates = [candidate];
    if (models.length > 1) {
      const sentence = `${candidate}: answers come from ${formatCount(models.length)} served models: ${servedText(models)}.`;
      return [{kind: "answerer", sentence, candidates}];
    }
    const {model, fingerprints} = models[0]!;
    if (fingerprints < 2) return [];
    const sentence = `${candidate}: the server named ${fingerprints} system fingerprints for ${shortModelName(model)}: it was changed or set up anew in between.`;
    return [{kind: "answerer", sentence, moves: 0, candidates}];
  });
}

/** "a (120) and b (24)"; of more than five models the first three and how many more. */
export function servedText(models: readonly Pick<ServedModel, "model" | "answers">[]): string {
  return few(models.map(({model, answers}) => `${shortModelName(model)} (${formatCount(answers)})`));
}

const LONGEST = 80;

/** A server may call itself anything. */
function shortModelName(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST).replace(/\p{Surrogate}$/u, "")}…` : name;
}

import type {ImportedAnswer, ImportedScore} from "./types.js";

/** A score with the kind of scorer that gave it; "" is the usual one. */
export type KindedScore = ImportedScore & {kind: string};

export type KindedAnswer = Omit<ImportedAnswer, "scores"> & {scores: KindedScore[]};

/**
 * Scorers that share a name and are of two kinds, such as a program and a person, get names apart: `tone` and
 * `tone (human)`. What one answer still has twice is numbered.
 * @param answers all that are read at once: a scorer has one name in all of them
 */
export function scorersApart(answers: readonly KindedAnswer[]): ImportedAnswer[] {
  const kinds = new Map<string, Set<string>>();
  for (const {scorer, kind} of answers.flatMap(({scores}) => scores))
    kinds.set(scorer, (kinds.get(scorer) ?? new Set()).add(kind));
  return answers.map((answer) => {
    const taken = new Set<string>();
    const scores = answer.scores.map(({kind, ...score}): ImportedScore => {
      const own =
        kind !== "" && kinds.get(score.scorer)!.size > 1 ? `${score.scorer} (${kind})` : score.scorer;
      let scorer = own;
      for (let n = 2; taken.has(scorer); n++) scorer = `${own} ${n}`;
      taken.add(scorer);
      return {...score, scorer};
    });
    return {...answer, scores};
  });
}

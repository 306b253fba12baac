import type {ImportedAnswer, ImportedScore} from "./types.js";

/** A score with the kind of scorer that gave it; "" is the usual one. */
export type KindedScore = ImportedScore & {kind: string};

export type KindedAnswer = Omit<ImportedAnswer, "scores"> & {scores: KindedScore[]};

/**
 * Scorers that share a name in one answer and are of two kinds, such as a program and a person, get names apart: `tone`
 * and `tone (human)`. What one answer still has twice is numbered.
 * @param answers all that are read at once: a scorer has one name in all of them
 */
export function scorersApart(answers: readonly KindedAnswer[]): ImportedAnswer[] {
  const shared = new Set(answers.flatMap(({scores}) => sharedIn(scores)));
  return answers.map((answer) => {
    const taken = new Set<string>();
    const scores = answer.scores.map(({kind, ...score}): ImportedScore => {
      const own = kind !== "" && shared.has(score.scorer) ? `${score.scorer} (${kind})` : score.scorer;
      let scorer = own;
      for (let n = 2; taken.has(scorer); n++) scorer = `${own} ${n}`;
      taken.add(scorer);
      return {...score, scorer};
    });
    return {...answer, scores};
  });
}

function sharedIn(scores: readonly KindedScore[]): string[] {
  const kinds = new Map<string, string>();
  return scores.flatMap(({scorer, kind}) => {
    const known = kinds.get(scorer);
    if (known === undefined) kinds.set(scorer, kind);
    return known === undefined || known === kind ? [] : [scorer];
  });
}

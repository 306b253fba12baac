import {
  type AnswerFacts,
  type CandidateEnds,
  type ServedModel,
  shownNames
} from "../../evals/decisions/index.js";
import {
  cutSql,
  emptySql,
  isStaged,
  refusedSql,
  type RunManifest,
  type Store
} from "../../base/store/index.js";

/** How the answers of a run ended, and who the servers say gave them. */
export async function answerFacts(store: Store, run: RunManifest): Promise<AnswerFacts> {
  const found = await store.rows<AnswerGroup & object>(
    `select candidate, variant, served_model as model, fingerprint, count(*)::int as answers,
       count(*) filter (${cutSql})::int as cut, count(*) filter (${cutSql} and ${emptySql})::int as "cutEmpty",
       count(*) filter (${refusedSql})::int as refused,
       count(*) filter (${emptySql} and not ${cutSql} and not ${refusedSql})::int as empty
     from completions where run = $run and status = 'completed' group by candidate, variant, served_model, fingerprint`,
    {run: run.id}
  );
  return {
    ends: run.candidates.flatMap((candidate) =>
      shownNames(run, candidate.name).map((shown, i) =>
        endsOf(
          shown,
          limitOf(candidate.params),
          found.filter((one) => one.candidate === candidate.name && one.variant === run.variants[i]?.name)
        )
      )
    ),
    served: run.candidates
      .filter((candidate) => candidate.endpointKind !== "embedded" && !isStaged(candidate))
      .flatMap(({name}) =>
        servedModels(
          name,
          found.filter(({candidate}) => candidate === name)
        )
      )
  };
}

interface AnswerGroup {
  candidate: string;
  variant: string;
  model: string | null;
  fingerprint: string | null;
  answers: number;
  cut: number;
  cutEmpty: number;
  refused: number;
  empty: number;
}

function endsOf(
  candidate: string,
  maxTokens: number | undefined,
  groups: readonly AnswerGroup[]
): CandidateEnds {
  const sum = (of: "answers" | "cut" | "cutEmpty" | "refused" | "empty") =>
    groups.reduce((total, one) => total + one[of], 0);
  const cutEmpty = sum("cutEmpty");
  return {
    candidate,
    answers: sum("answers"),
    // Who asks for one token, such as an option's letter, has every answer cut there.
    cut: maxTokens === 1 ? cutEmpty : sum("cut"),
    cutEmpty,
    refused: sum("refused"),
    empty: sum("empty"),
    maxTokens
  };
}

function limitOf(params: Readonly<Record<string, unknown>>): number | undefined {
  const stated = params["max_completion_tokens"] ?? params["max_tokens"];
  return typeof stated === "number" ? stated : undefined;
}

/** Answers without a model's name are left out: nothing is known of them. */
function servedModels(candidate: string, groups: readonly AnswerGroup[]): ServedModel[] {
  const byModel = new Map<string, {answers: number; fingerprints: Set<string>}>();
  for (const {model, fingerprint, answers} of groups) {
    if (!model) continue;
    const known = byModel.get(model) ?? {answers: 0, fingerprints: new Set<string>()};
    if (fingerprint) known.fingerprints.add(fingerprint);
    byModel.set(model, {...known, answers: known.answers + answers});
  }
  return [...byModel]
    .map(([model, {answers, fingerprints}]) => ({
      candidate,
      model,
      answers,
      fingerprints: fingerprints.size
    }))
    .sort((a, b) => b.answers - a.answers || (a.model < b.model ? -1 : 1));
}

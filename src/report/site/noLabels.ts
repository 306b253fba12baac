import type {NoLabels} from "../../evals/decisions/index.js";
import {shownNames} from "../../evals/decisions/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {publishingOf} from "./publishing.js";
import {withKeptReasons} from "./shownReasons.js";

/** From this share of a candidate's answers on, those that are no label are worth a look. */
const MOST = 0.5;
const EXAMPLE_CHARS = 80;

interface PredictedCount {
  candidate: string;
  variant: string;
  predicted: string;
  expected: boolean;
  answers: number;
}

/** The candidates most of whose answers are none of the labels that rows expect, by the scorer that decides. */
export async function noLabels(store: Store, run: RunManifest): Promise<NoLabels[]> {
  const found = await store.rows<PredictedCount>(
    `with told as (select candidate, variant, details->>'predicted' as predicted, details->>'expected' as label from scores
       where run = $run and scorer = $scorer and status = 'scored' and (details->>'predicted') is not null and (details->>'expected') is not null)
     select candidate, variant, predicted, predicted in (select label from told) as expected, count(*)::int as answers
     from told group by all order by answers desc, predicted`,
    {run: run.id, scorer: run.primaryScorer}
  );
  const labels = new Set(found.filter(({expected}) => expected).map(({predicted}) => predicted));
  const publish = await publishingOf(store, run);
  return withKeptReasons(store.workspace, (mask) => {
    const shown = run.candidates.flatMap(({name}) =>
      shownNames(run, name).map((candidate, v): NoLabels | undefined => {
        const own = found.filter((one) => one.candidate === name && one.variant === run.variants[v]!.name);
        const others = own.filter(({expected}) => !expected);
        const [answers, none] = [own, others].map(sumOf) as [number, number];
        if (none === 0 || none < MOST * answers) return undefined;
        const example =
          publish === "ids" ? undefined : mask(others[0]!.predicted.slice(0, 400), EXAMPLE_CHARS);
        return {candidate, answers, none, example, cause: causeOf(others, labels)};
      })
    );
    return Promise.resolve(shown.filter((one) => one !== undefined));
  });
}

const sumOf = (counts: readonly PredictedCount[]) => counts.reduce((sum, {answers}) => sum + answers, 0);

/** What holds of most of these answers. */
function causeOf(others: readonly PredictedCount[], labels: ReadonlySet<string>): NoLabels["cause"] {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
  const forms = [...labels].map(plain).filter((form) => form !== "");
  const isMost = (test: (form: string) => boolean) =>
    2 * sumOf(others.filter(({predicted}) => test(plain(predicted)))) > sumOf(others);
  if (isMost((text) => text === "")) return "empty";
  if (isMost((text) => forms.includes(text))) return "spelling";
  return isMost((text) => forms.some((form) => ` ${text} `.includes(` ${form} `))) ? "longer" : "other";
}

import {
  breakEven,
  costLine,
  costOption,
  type CostHosting,
  type CostSample,
  hostingName,
  isUnknown,
  monthlyUsd,
  needWords,
  optionLine,
  wayCost,
  type WayThere
} from "../../../base/costs/index.js";
import {listModels} from "../../../weights/models/index.js";
import {
  type DistillationRecord,
  type JobRecord,
  modelsDir,
  type PriceChoice,
  readJobs,
  type RunManifest,
  type Store
} from "../../../base/store/index.js";
import {jobOfModel} from "../../../base/store/jobsNamed.js";
import {runCosts} from "../runCosts.js";
import type {DistillationView, StudentCost, StudentView} from "../../../evals/distillation/index.js";

/** Volumes above this, requests a month, are not looked at. */
const HIGHEST_VOLUME = 1e9;

export interface DistillationCosts extends Pick<
  DistillationView,
  "answeredRows" | "dataUsd" | "teacherUsdPerMonth" | "teacherUnknown"
> {
  students: Pick<StudentView, "modelId" | "learned" | "seconds" | "job" | "costs" | "firstUsd">[];
}

export interface CostInputs {
  run: RunManifest;
  /** The runs that gave the answers. */
  answers: readonly RunManifest[];
  choice: PriceChoice;
  /** Of the traffic, by student: what it answers in its cascade; undefined without one. */
  shares: readonly (number | undefined)[];
}

/** What answers, trainings and traffic cost with each student, against the teacher on the hosting where it runs. */
export async function distillationCosts(
  store: Store,
  record: DistillationRecord,
  {run, answers, choice, shares}: CostInputs
): Promise<DistillationCosts> {
  const {teacher, students, callsPerMonth: volume, horizonMonths} = record;
  const {samples} = await runCosts(store, run, choice);
  const sampleOf = (name: string) => samples.find((one) => one.name === name)!;
  const hosting = sampleOf(teacher).hostings[0];
  const teaching = hosting && costOption(sampleOf(teacher), hosting);
  const line = teaching && optionLine(teaching);
  const teacherUsdPerMonth = line && monthlyUsd(line, volume);
  const spent = await Promise.all(answers.map((one) => teacherUsd(store, one, teacher)));
  // Of a teacher on machines of the team's own the answers are in what these cost.
  const free = hosting !== undefined && hosting.kind !== "api" && hosting.kind !== "unknown";
  const sum = spent.map(({usd}) => usd ?? (free ? 0 : NaN)).reduce((total, usd) => total + usd, 0);
  const dataUsd = Number.isNaN(sum) ? undefined : sum;
  const {usd: evalUsd = free ? 0 : undefined} = await teacherUsd(store, run, teacher);
  const models = new Map((await listModels(modelsDir(store.workspace))).map((one) => [one.id, one]));
  const jobs = await readJobs(store.workspace);
  return {
    answeredRows: spent.reduce((total, {rows}) => total + rows, 0),
    dataUsd,
    teacherUsdPerMonth,
    teacherUnknown: unknownOf(hosting, sampleOf(teacher)),
    students: students.map((name, i) => {
      const modelId = run.candidates.find((one) => one.name === name)?.modelId;
      const model = models.get(modelId ?? "");
      const training = model?.training;
      const job = model && jobOfModel(jobs, model);
      const way = wayOf(sampleOf(name), trainedWay(training?.seconds, job, record), {dataUsd, evalUsd});
      const sample = {...sampleOf(name), wayThere: way};
      const cost = way && wayCost(way);
      return {
        modelId,
        learned: training?.rows,
        seconds: training?.seconds,
        job: job?.id,
        firstUsd: cost?.firstUsd,
        costs: sample.hostings.map((one): StudentCost => {
          const option = cost && costOption(sample, one, {horizonMonths});
          const own = option && optionLine(option);
          const usdPerMonth = own && monthlyUsd(own, volume);
          const share = shares[i];
          const both =
            share === undefined || usdPerMonth === undefined || line === undefined
              ? undefined
              : monthlyUsd(line, volume * (1 - share));
          return {
            hosting: hostingName(one),
            usdPerMonth,
            unknown: [...unknownOf(one, sample), ...(cost ? [] : ["what answers and training cost"])],
            savedUsdPerMonth:
              usdPerMonth === undefined || teacherUsdPerMonth === undefined
                ? undefined
                : teacherUsdPerMonth - usdPerMonth,
            breakEven: option && teaching && breakEven(teaching, option, {high: HIGHEST_VOLUME}),
            cascadeUsdPerMonth: both === undefined ? undefined : usdPerMonth! + both
          };
        })
      };
    })
  };
}

/** Undefined where an amount is unknown: that is not free. */
function wayOf(
  {wayThere}: CostSample,
  trained: WayThere | undefined,
  {dataUsd, evalUsd}: Pick<WayThere, "dataUsd" | "evalUsd">
): WayThere | undefined {
  if (dataUsd === undefined || evalUsd === undefined) return undefined;
  const own = wayThere ?? trained;
  return own && {evalUsd, ...own, dataUsd: (own.dataUsd ?? 0) + dataUsd};
}

/** A training by its hours; a job by its tokens where it has a price for them, and so at a service that answers with what it trained. */
function trainedWay(
  seconds: number | undefined,
  job: Pick<JobRecord, "tokens" | "answersAt"> | undefined,
  {usdPerHour, repeatsPerYear}: DistillationRecord
): WayThere | undefined {
  const {estimated, usd, trained = estimated} = job?.tokens ?? {};
  if (usd !== undefined && estimated)
    return {
      kind: "fine-tune",
      trainedTokens: trained,
      trainingUsdPerMillion: (1e6 * usd) / estimated,
      repeatsPerYear
    };
  if (seconds === undefined || job?.answersAt !== undefined) return undefined;
  return {kind: "fine-tune", hours: seconds / 3600, usdPerHour, repeatsPerYear};
}

function unknownOf(hosting: CostHosting | undefined, {tokens}: CostSample): string[] {
  if (!hosting) return ["where it runs, and its price"];
  const line = costLine(hosting, tokens);
  return isUnknown(line) ? line.unknown.map(needWords) : [];
}

/** What a candidate's answers in a run cost; undefined when that of one is not known. */
async function teacherUsd(
  store: Store,
  run: RunManifest,
  candidate: string
): Promise<{usd?: number; rows: number}> {
  const {usd} = await store.pricing(run);
  // In an order: threads add in any, and the last digits would differ.
  const [found] = await store.rows<{rows: number; known: number; usd: number | null; answers: number}>(
    `select count(distinct row_id)::int as rows, count(*)::int as answers, count(usd)::int as known, sum(usd order by usd)::double as usd
     from (select row_id, ${usd} as usd from completions where run = $run and candidate = $candidate and status = 'completed')`,
    {run: run.id, candidate}
  );
  const {rows = 0, answers = 0, known = 0, usd: sum} = found ?? {};
  return {rows, usd: known === answers && known > 0 ? sum! : undefined};
}

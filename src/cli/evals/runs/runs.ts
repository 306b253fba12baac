import {compareRuns, listRuns, type UnsealedRun, unsealedRuns} from "../../../evals/runner/index.js";
import {openStore, type RunManifest, type Store, findRun} from "../../../base/store/index.js";
import {type RaceRecord, scaleOf, scoreName, scoreTable, writerOf} from "../../../evals/decisions/index.js";
import {listRaces, raceOf} from "../../../evals/races/index.js";
import {runVerdict} from "../../../report/site/index.js";
import {decisionOn} from "../../project/chosenRun.js";
import {changedRowsText, leftText} from "./changedRows.js";
import {contaminationTable} from "./contaminationTable.js";
import {endsText, failuresOf, failuresText} from "./failures.js";
import {openProject} from "../../project/project.js";
import {plural} from "../../terminal/plural.js";
import {raceText} from "./raceText.js";
import {callsCost, costWords, scorersCost} from "./runCost.js";
import {otherScorersText} from "./scorersText.js";
import type {TableColumn} from "../../terminal/table.js";
import {dim, note, print, printable, printAsIs, printJson, table} from "../../terminal/terminal.js";
import {verdictText} from "../verdict/verdictText.js";

export async function runsVerb(
  id: string | undefined,
  other: string | undefined,
  options: {json?: boolean; archived?: boolean}
): Promise<void> {
  const store = await openStore(await openProject());
  try {
    if (id === undefined)
      return listAll(
        (await listRuns(store, {archived: options.archived})).filter(hasEndedCall),
        await unsealedRuns(store.workspace),
        await listRaces(store.workspace),
        options.json
      );
    const runs = await store.runs({archived: true});
    if (other !== undefined)
      return await compare(store, findRun(runs, id), findRun(runs, other), options.json);
    await show(store, findRun(runs, id), options.json);
  } finally {
    store.close();
  }
}

/** A run that was stopped before its first row tells nothing. */
const hasEndedCall = ({status, counts}: RunManifest) =>
  status === "complete" || counts.completed + counts.failed > 0;

function listAll(
  runs: readonly RunManifest[],
  unsealed: readonly UnsealedRun[],
  races: readonly RaceRecord[],
  json = false
): void {
  // They have no record yet that a program could read.
  if (json) for (const one of unsealed) note(unsealedText(one));
  if (json) return printJson(runs);
  for (const one of unsealed) print(unsealedText(one));
  if (runs.length === 0)
    return unsealed.length === 0 ? print("No runs yet. `assay run` makes one.") : undefined;
  print(
    table(runs, [
      {title: "run", value: (run) => run.id},
      {title: "eval", text: "name", value: (run) => run.eval},
      {title: "split", text: "name", value: (run) => run.split.name},
      {title: "started", value: (run) => run.startedAt.slice(0, 19).replace("T", " ")},
      {
        title: "code",
        value: ({code}) => code.revision && `${code.revision.slice(0, 7)}${code.dirty ? "+" : ""}`
      },
      {title: "status", text: "prose", value: (run) => statusOf(run, races)},
      {title: "candidates", align: "right", value: (run) => run.candidates.length},
      {title: "completed", align: "right", value: (run) => `${run.counts.completed}/${run.counts.planned}`},
      {title: "failed", align: "right", value: (run) => run.counts.failed},
      {
        title: "cost",
        align: "right",
        value: callsCost
      },
      ...(runs.some((run) => scorersCost(run) !== undefined) ? [SCORERS_COST] : [])
    ])
  );
}

const SCORERS_COST: TableColumn<RunManifest> = {
  title: "scorers' cost",
  align: "right",
  value: scorersCost
};

function unsealedText({id, eval: name, startedAt, journaled, underWay}: UnsealedRun): string {
  const ended = `${journaled} ended calls in its journal`;
  return underWay
    ? `${underWay}: ${ended}`
    : `${id} of ${startedAt.slice(0, 19).replace("T", " ")} was stopped before it was sealed: ${ended}, which \`assay run ${name}\` goes on from`;
}

/** A round of a race is not a run that lacks rows: it ended where the race had seen enough. */
function statusOf(run: RunManifest, races: readonly RaceRecord[]): string {
  const round = raceOf(races, run.id)?.rounds.find((one) => one.run === run.id);
  const unjudged = run.raceRound ? "round of a race, not finished" : run.status;
  const status = round ? `round ${round.round} of a race` : unjudged;
  const erased = run.purged?.reduce((sum, {rows}) => sum + rows, 0) ?? 0;
  return [
    status,
    ...(erased > 0 ? [`${plural(erased, "row")} erased`] : []),
    ...(run.askedAt === undefined ? [] : [`asked for again ${run.askedAt.slice(0, 19).replace("T", " ")}`]),
    ...(run.archived === undefined ? [] : ["archived"])
  ].join(", ");
}

async function show(store: Store, run: RunManifest, json = false): Promise<void> {
  const races = await listRaces(store.workspace);
  const race = raceOf(races, run.id);
  const decision = decisionOn(run, races);
  const {verdict, contamination, ends} = await runVerdict(store, run, {race: decision.race});
  if (json) return printJson({run, verdict, race, contamination: contamination?.candidates, ends});
  if (race) print(`${raceText(race)}\n`);
  print(verdictText(run, verdict));
  if (contamination) print("\n" + contaminationTable(contamination.candidates, verdict.scale));
  for (const {rows, at, reason} of run.purged ?? [])
    print(
      `\n${plural(rows, "row")} erased ${at.slice(0, 16).replace("T", " ")} (${printable(reason)}): what was asked, expected and answered there is gone, the scores still count.`
    );
  const others = await otherScorersText(store, run);
  if (others !== undefined) print(`\n${others}`);
  const ended = endsText(ends);
  if (ended) print(`\n${ended}`);
  const failures = await failuresOf(store, run.id);
  if (failures.failures.length > 0) print(`\n${failuresText(failures)}`);
  const cost = costWords(run, {preflights: true});
  if (cost.length > 0) print(`\ncost: ${cost.join("; ")}`);
  print(
    `\ncode ${run.code.assay}${run.code.revision ? ` at ${run.code.revision.slice(0, 12)}${run.code.dirty ? " (changed)" : ""}` : ""}, Node ${run.code.node}, seed ${run.seed}`
  );
  printAsIs(`again: ${run.command}`);
}

async function compare(store: Store, a: RunManifest, b: RunManifest, json = false): Promise<void> {
  const compared = await compareRuns(store, a.id, b.id);
  if (json) return printJson(compared);
  const tables = [
    await scoreTable(store, a.id, compared.scorer),
    await scoreTable(store, b.id, compared.scorer)
  ];
  const {number} = writerOf(scaleOf(tables.flatMap(({values}) => values)));
  const meanText = meanTextBy(number);
  print(
    `${compared.a} → ${compared.b}, ${scoreName(compared.scorer, compared.figure)}, on ${compared.rows.shared} shared rows`
  );
  for (const change of compared.changed)
    print(dim(`${change.what}: ${shortIds(change.a)} → ${shortIds(change.b)}`));
  print(
    table(compared.candidates, [
      {title: "candidate", text: "name", value: (row) => row.candidate},
      {
        title: "before",
        align: "right",
        value: (row) => meanText(row.difference?.meanA, row.difference?.rows, row.a)
      },
      {
        title: "after",
        align: "right",
        value: (row) => meanText(row.difference?.meanB, row.difference?.rows, row.b)
      },
      {
        title: "difference",
        value: ({difference}) =>
          difference &&
          `${number(difference.estimate)} (${number(difference.low)} to ${number(difference.high)})`
      },
      {title: "improved", align: "right", value: (row) => row.improved},
      {title: "worsened", align: "right", value: (row) => row.worsened},
      {title: "other output", align: "right", value: (row) => row.outputsChanged}
    ])
  );
  const left = leftText(compared);
  if (left !== undefined) print(`\n${left}`);
  const text = changedRowsText(compared.candidates, number);
  if (text !== undefined) print(`\n${text}`);
}

/** Fingerprints in short, as everywhere; `--json` has them whole. */
const shortIds = (text: string) => printable(text.replace(/\b[0-9a-f]{32,}\b/g, (id) => id.slice(0, 12)));

/** Before and after are means over the rows that the difference is of; with none in common, of a run's own, with their number. */
function meanTextBy(number: (value: number) => string) {
  return (
    mean: number | undefined,
    rows: number | undefined,
    own: {mean?: number; scored: number} | undefined
  ): string | undefined => {
    if (mean !== undefined) return `${number(mean)} of ${rows!}`;
    return own?.mean === undefined ? undefined : `${number(own.mean)} of ${own.scored} of its own`;
  };
}

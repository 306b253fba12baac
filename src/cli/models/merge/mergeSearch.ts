import {readFile} from "node:fs/promises";
import {basename} from "node:path";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import {
  searchCandidates,
  finalists,
  findModels,
  groupsWithTensors,
  readSpace,
  spaceFor,
  type SearchCandidates,
  type SearchSpace,
  triesOf
} from "../../../evals/mergeSearch/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {modelsDir, noRows, openCounts, openStore, type Store} from "../../../base/store/index.js";
import {earlierSearches, earlierText, searchName} from "../../../evals/mergeSearch/earlierSearches.js";
import {assertRoom, otherMerges, othersText, roomText} from "./mergeSearchDisk.js";
import {newestVersions} from "../../project/newestVersion.js";
import {plural} from "../../terminal/plural.js";
import {
  datasetOf,
  findProject,
  loadDatasets,
  loadEvals,
  type NamedEval,
  openProject
} from "../../project/project.js";
import {finalWords, headline, NO_MERGE, raceWords, searchText, spaceText} from "./mergeSearchText.js";
import {interruptSignals} from "../../evals/run/interruptSignals.js";
import {runEvals} from "../../evals/run/runEvals.js";
import {factsOf} from "../../../evals/mergeSearch/searchFacts.js";
import {note, notedOnce, print, printJson} from "../../terminal/terminal.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

interface MergeSearchOptions {
  why?: string;
  json?: boolean;
}

/** Races merges of a search space on the validation part, and scores the winner once where nothing was chosen. */
export async function mergeSearchVerb(spaceFile: string, {why, json}: MergeSearchOptions): Promise<void> {
  await assertTextFile(spaceFile);
  const text = await readFile(spaceFile, "utf8").catch((cause: unknown) => {
    throw new UsageError(`there is no search space at ${spaceFile}.`, {cause});
  });
  const space = readSpace(text, basename(spaceFile));
  const project = findProject();
  const target = await evalOf(project, space);
  const {datasets} = await loadDatasets(project);
  const store = await openStore(await openProject());
  const {signal, abortSignal, dispose} = interruptSignals();
  const tell = notedOnce();
  const raced = (one: NamedEval, race: object | false, final: boolean) =>
    runEvals(store, [one], {
      options: final ? {final: true, why} : {},
      race,
      datasets,
      signal,
      abortSignal,
      quiet: json ?? false,
      tell,
      onOutcome: () => undefined
    });
  try {
    const models = await findModels(space, modelsDir(store.workspace));
    for (const one of models.notes) note(`! ${one}`);
    const ids = models.models.map(({id}) => id);
    const place = {modelsDir: modelsDir(store.workspace), project};
    const groups = await groupsWithTensors(space, models, place);
    const tries = triesOf({...space, models: ids, base: models.base?.id}, groups);
    if (tries.tries.length === 0)
      throw new UserError(
        `${basename(spaceFile)} holds no merge beside the uniform average, which every search tries: its ${plural(tries.leftOut, "setting")} ${tries.leftOut === 1 ? "gives" : "give"} ${NO_MERGE}.`
      );
    const made = searchCandidates(space, models, tries.tries);
    const heldOut = hasHeldOut(target);
    if (heldOut && !why?.trim())
      throw new UserError(
        `the split ${splitName(target)} has a held-out part, which the winner is scored on. Say why it is opened now, with --why "…": it is kept beside who and when.`
      );
    const part = heldOut ? "held-out" : "test";
    await assertRowsLeft(store, target, datasets, {parts: ["validation", part], tell});
    const room = await spaceFor(models, made, place);
    if (!json) note(spaceText(tries, made));
    assertRoom(room, spaceFile);
    if (!json && room.merges > 0) note(roomText(room));
    const [race] = await raced(
      withCandidates(
        target,
        made,
        made.candidates.map(({name}) => name),
        "validation",
        raceWords(tries, made)
      ),
      {errorRate: space.errorRate},
      false
    );
    if (!race?.race?.outcome || race.race.outcome.kind === "stopped") return stopped(json ?? false);
    const chosen = finalists(race.race, made);
    const names = [...new Set([chosen.leadingParent, ...chosen.parents, chosen.winner, chosen.average])];
    const earlier = await earlierSearches(store, race.race, part);
    const words = finalWords(tries, made, race.race.outcome, {part, earlier});
    const [final] = await raced(withCandidates(target, made, names, part, words), false, heldOut);
    if (!final?.verdict || final.result.manifest?.status !== "complete") return stopped(json ?? false);
    const facts = await factsOf(store, final.result.manifest, final.verdict, chosen);
    const others = await otherMerges(store, race.race, made, chosen.winner);
    if (json)
      return printJson({
        eval: target.name,
        split: splitName(target),
        tries: tries.tries.length,
        of: tries.of,
        leftOut: tries.leftOut,
        outcome: race.race.outcome.kind,
        race: race.race.id,
        headline: headline(facts, final.verdict),
        average: chosen.average,
        ...facts,
        part,
        run: final.result.manifest.id,
        earlierSearches: earlier.searches,
        earlierTries: earlier.tries,
        earlierRows: {of: earlier.rows, scored: earlier.scored, chosen: earlier.chosen},
        otherMerges: others.map(({id}) => id)
      });
    print(searchText(race, final, words, facts));
    if (others.length > 0) note(othersText(others));
    if (earlier.searches > 0)
      note(
        `! ${earlierText(earlier, part)}; with this one ${earlier.tries + tries.tries.length} were tried. The more of them, the less its figures are of rows that nothing was chosen on.`
      );
  } catch (error) {
    // A merge or a training that was under way ends with an error of its own.
    if (!signal.aborted) throw error;
    stopped(json ?? false);
  } finally {
    dispose();
    await store.close();
  }
}

function stopped(quiet: boolean): void {
  process.exitCode = 130;
  if (!quiet) note("Stopped. The same command goes on: merges and answers are kept.");
}

/** The eval that a space names, on one of its splits, with a name of its own in the store. */
async function evalOf(project: string, space: SearchSpace): Promise<NamedEval> {
  const {evals, broken} = await loadEvals(project, [space.eval]);
  const [found] = evals;
  if (!found) throw new UserError(broken.map(({message}) => message).join("\n"));
  const {definition} = found;
  if (definition.source)
    throw new UserError(`eval ${found.name} has its scores from files, and asks no model.`);
  const splits = [definition.split].flat();
  const split = splits.find((one) => (one.name ?? one.strategy) === space.split) ?? splits[0]!;
  if (space.split !== undefined && (split.name ?? split.strategy) !== space.split)
    throw new UserError(
      `eval ${found.name} has no split ${JSON.stringify(space.split)}: it has ${splits.map((one) => one.name ?? one.strategy).join(", ")}.`
    );
  if (split.validation === 0)
    throw new UserError(
      `the split ${split.name ?? split.strategy} has no validation part, on which merges are raced. Give it one, such as validation: 0.15.`
    );
  return {...found, name: searchName(found.name), definition: {...definition, split}};
}

/** Throws a UserError when no row is left for the race or for its winner, before anything is merged. */
async function assertRowsLeft(
  store: Store,
  target: NamedEval,
  datasets: readonly DatasetDefinition[],
  {parts, tell}: {parts: string[]; tell(text: string): void}
): Promise<void> {
  const version = await newestVersions(store, tell)(datasetOf(target.definition, datasets));
  const [spec] = [target.definition.split].flat();
  const split = await ensureSplit(store, version, spec!, {measure: false});
  const open = await openCounts(store, store.workspace, split);
  const empty = parts.find((part) => !open[part]);
  if (empty !== undefined) throw new UserError(`no merge can be chosen: ${noRows(split, empty)}`);
}

function splitName({definition}: NamedEval): string {
  const [split] = [definition.split].flat();
  return split!.name ?? split!.strategy;
}

function hasHeldOut({definition}: NamedEval): boolean {
  return [definition.split].flat().some(({heldOut = 0}) => heldOut > 0);
}

function withCandidates(
  target: NamedEval,
  made: SearchCandidates,
  names: readonly string[],
  part: "validation" | "test" | "held-out",
  description: string
): NamedEval {
  const {definition} = target;
  const candidates = made.candidates
    .filter(({name}) => names.includes(name))
    .map((one) => ({...one, baseline: one.name === names[0]}));
  const title = `Merge search: ${definition.title ?? target.name}`;
  return {
    ...target,
    definition: {...definition, title, description, part, candidates, gate: undefined, race: undefined}
  };
}

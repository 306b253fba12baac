import {distil} from "../../../evals/distillation/index.js";
import {type CommandBudget, openCommandBudget} from "../../../evals/runner/index.js";
import {openStore, readKept} from "../../../base/store/index.js";
import {interruptSignals} from "../../evals/run/interruptSignals.js";
import {findProject, loadDatasets, openProject} from "../../project/project.js";
import {loadDistillations} from "../../project/trainings.js";
import {note, print, printJson} from "../../terminal/terminal.js";
import {distilText, keptTable} from "./distilText.js";
import {type DistilVerbOptions, loopEffects, stateFor, Unfinished} from "./effects.js";

/**
 * Asks the teacher, trains the students on its answers, and judges them; goes on where it stopped. Without a name it lists which models
 * are in use.
 */
export async function distilVerb(name: string | undefined, options: DistilVerbOptions): Promise<void> {
  const project = findProject();
  const [found] = name === undefined ? [] : await loadDistillations(project, [name]);
  const store = await openStore(await openProject());
  const signals = interruptSignals();
  let budget: CommandBudget | undefined;
  try {
    if (!found) {
      const kept = await readKept(store.workspace);
      return options.json ? printJson(kept) : print(keptTable(kept));
    }
    const {datasets} = await loadDatasets(project);
    budget = await openCommandBudget(store.workspace, options.budgetUsd, "distil");
    const inputs = {...options, project, datasets, signals, budget};
    const effects = loopEffects(store, inputs);
    const {view} = await distil(store, found, await stateFor(store, found, inputs, effects), effects);
    if (options.json) printJson(view);
    else print(distilText(view));
  } catch (error) {
    if (!(error instanceof Unfinished) && !signals.signal.aborted) throw error;
    process.exitCode = signals.signal.aborted ? 130 : 1;
    if (error instanceof Unfinished) note(`! ${error.message}`);
    note("Stopped. The same command goes on: answers and models are kept.");
  } finally {
    await budget?.end();
    signals.dispose();
    await store.close();
  }
}

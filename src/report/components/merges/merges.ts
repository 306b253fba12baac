import {type MergedCandidate, type MergeLine, mergeLines} from "./mergeRivals.js";
import {html} from "htl";
import {isMerged} from "../../../weights/models/adapted.js";
import type {ModelManifest, ModelsData, RunView} from "../../site/types.js";
import {type ShownComparison, compared} from "../rows/comparisons.js";
import {code, type PageContent, emptyState, lazyDetails, nothing, section} from "../text/elements.js";
import {standingOf} from "../../../evals/decisions/standing.js";
import type {Comparison} from "../../../evals/decisions/types.js";
import {countText, pluralText} from "../text/format.js";
import {family} from "./mergeFamily.js";
import {recipeFacts} from "./mergeRecipe.js";
import {mergeTable} from "./mergeTable.js";

/** The comparisons of a run that has candidates made by merging; null, without fetching, when it has none. */
export async function comparedMerges(run: RunView | null, data: ModelsData): Promise<ShownComparison | null> {
  if (!run || mergedCandidates(run, data).length === 0) return null;
  return compared(run, {scorer: run.primaryScorer, slice: undefined});
}

function mergedCandidates(run: RunView, data: ModelsData): MergedCandidate[] {
  const byId = new Map(data.models.map((model) => [model.id, model]));
  return run.candidates.flatMap(({name, modelId}) => {
    const model = modelId === undefined ? undefined : byId.get(modelId);
    return model && isMerged(model) ? [{candidate: name, model}] : [];
  });
}

/**
 * The run's merges in one table beside their base, their best parent and the best candidate that is no merge; how each was
 * made when asked for. Merges that no candidate of the run uses come last.
 */
export function merges(run: RunView | null, data: ModelsData, found: ShownComparison | null): PageContent {
  const merged = run && found ? mergedCandidates(run, data) : [];
  const shown = new Set(merged.map(({model}) => model.id));
  const others = data.models.filter(
    (model) => model.folder !== undefined && model.merge && !shown.has(model.id)
  );
  const lines = run && found ? mergeLines(merged, {run, data, found}) : [];
  // The choice of a run says what to do when there is none.
  if (!run && others.length === 0) return nothing();
  if (merged.length === 0 && others.length === 0)
    return emptyState("No candidate of this run was made by merging.", [
      "Merge models in an eval with ",
      code("mergedModel"),
      ", or by a recipe with ",
      code("assay merge RECIPE --out DIR"),
      ". The result stands here beside its parents."
    ]);
  return html`<div>
    ${run?.description && merged.length > 0 ? html`<p class="small">${run.description}</p>` : null}
    ${
      run && found && merged.length > 0
        ? [
            section(
              mergeTitle(lines, run),
              mergeTable(lines, run),
              merged.map(({candidate, model}) => recipeOf(candidate, model))
            ),
            section("Family", family(data, run))
          ]
        : null
    }
    ${
      others.length > 0
        ? section(
            "Merges that were not scored",
            html`<p>
              ${run ? "No candidate of this run is one of these" : "No run has one of these as a candidate"},
              so nothing says whether they are better than their parents.
            </p>`,
            others.map((model) => recipeOf(model.name, model))
          )
        : null
    }
  </div>`;
}

/** Whether merging paid. */
function mergeTitle(lines: readonly MergeLine[], {verdict: {margin, alpha}}: RunView): string {
  const better = (pair: Comparison | undefined) =>
    pair !== undefined && standingOf(pair, margin, alpha) === "better";
  const rival = lines.find(({other}) => other)?.other?.b;
  const count = (found: readonly MergeLine[]) => (found.length === 0 ? "none" : countText(found.length));
  const overParents = `${count(lines.filter(({parent}) => better(parent)))} of ${pluralText(lines.length, "merge")} better than the best parent`;
  return rival === undefined
    ? overParents
    : `${overParents}, ${count(lines.filter(({other}) => better(other)))} better than ${rival}`;
}

function recipeOf(name: string, model: ModelManifest): HTMLElement {
  return lazyDetails(`${name}: how it was made, and how its parents relate`, () => recipeFacts(model));
}

import {basename} from "node:path";
import {combine, type CombinedResults} from "../combine.js";
import type {ImportedFile} from "../types.js";
import type {AskedRow, LogRequests} from "./requestSettings.js";
import {reachOf} from "./providers.js";
import {standInsOf} from "./standIns.js";
import type {ForeignCandidate, ForeignProject, ForeignPrompt, ForeignRow} from "./types.js";

/**
 * A log with outputs and scores (Inspect, lm-eval) as a project: its samples are the dataset, its outputs are replayed and
 * scored by what stands for its scorers. `asked` says of a file how its model was asked.
 */
export async function logProject(
  files: readonly ImportedFile[],
  asked: readonly LogRequests[],
  name: string
): Promise<ForeignProject> {
  const combined = combine(files);
  const tool = files[0]!.tool;
  const {scorers, dropped} = await standInsOf(combined, tool);
  const {rows, prompt, otherwise} = rowsAsked(combined, files, asked);
  const candidates = combined.candidates.map(({name: candidate, model}) => ({
    name: candidate,
    params: paramsOf(candidate, files, asked),
    ...reachOf(model)
  }));
  return {
    name,
    title: files.find(({title}) => title)?.title ?? name,
    tool,
    rows,
    text: "input",
    prompts: [prompt],
    expected: "target",
    scorers,
    candidates,
    outputs: outputsOf(combined.answers),
    repeats: combined.repeats,
    scored: true,
    dropped: [...dropped, ...asked.flatMap((one) => one.dropped), ...otherwise, ...unreached(candidates)]
  };
}

export const TAKEN = new Set(["id", "part", "input", "target", "row_id", "row_hash", "assert"]);

export function outputsOf(answers: CombinedResults["answers"]): NonNullable<ForeignProject["outputs"]> {
  return answers.flatMap(({row: id, candidate, repeat, output}) =>
    output === undefined ? [] : [{id, candidate, repeat, output}]
  );
}

/** Settings of models that no line of the eval asks. */
export function unreached(candidates: readonly ForeignCandidate[]): string[] {
  return candidates.flatMap(({name, params, reach}) =>
    reach || Object.keys(params).length === 0
      ? []
      : [`candidate ${name}: nothing here speaks to it; it was asked with ${JSON.stringify(params)}`]
  );
}

/** The rows with what their samples were asked in columns of their own, and the prompt that puts it together. */
function rowsAsked(
  {rows}: CombinedResults,
  files: readonly ImportedFile[],
  asked: readonly LogRequests[]
): {rows: ForeignRow[]; prompt: ForeignPrompt; otherwise: string[]} {
  const [first, ...others] = asked.map((one) => ({path: one.path, of: byRow(one, files)}));
  const otherwise = others
    .filter(({of}) =>
      rows.some(({id}) => of.has(id) && first!.of.has(id) && differs(of.get(id)!, first!.of.get(id)!))
    )
    .map(
      ({path}) =>
        `${basename(path)}: its messages are not those of ${basename(first!.path)}, which the eval asks with`
    );
  const askedOf = (id: string) => [first, ...others].find((one) => one?.of.has(id))?.of.get(id) ?? {};
  const own = new Set(rows.flatMap(({slices}) => Object.keys(slices)));
  const columnOf = (base: string) => (own.has(base) ? `${base}_asked` : base);
  const [system, user, choices] = ["system", "user", "choices"].map(columnOf) as [string, string, string];
  const systems = new Set(rows.map(({id}) => askedOf(id).system));
  // A text with places would be filled in.
  const constant = [...systems].find(
    (text) => systems.size === 1 && text !== undefined && !text.includes("{{")
  );
  const has = {
    system: constant === undefined && [...systems].some((text) => text !== undefined),
    user: rows.some(({id, input}) => (askedOf(id).user ?? input) !== input),
    choices: rows.some(({id}) => askedOf(id).choices !== undefined)
  };
  const content = `{{${has.user ? user : "input"}}}`;
  return {
    otherwise,
    prompt: {
      name: "as it was asked",
      content:
        has.system || constant !== undefined
          ? [
              {role: "system", content: constant ?? `{{${system}}}`},
              {role: "user", content}
            ]
          : content
    },
    rows: rows.map(({id, input = "", expected = null, slices}): ForeignRow => {
      const kept = Object.fromEntries(Object.entries(slices).filter(([key]) => !TAKEN.has(key)));
      const row: ForeignRow = {id, part: "test", ...kept, input, target: expected};
      const one = askedOf(id);
      if (has.system) row[system] = one.system ?? "";
      if (has.user) row[user] = one.user ?? input;
      if (has.choices) row[choices] = one.choices ?? null;
      return row;
    })
  };
}

/** By the ids of rows, which have the task before them where the files have several. */
function byRow({path, rows}: LogRequests, files: readonly ImportedFile[]): Map<string, AskedRow> {
  const {title, answers = []} = files.find((file) => file.path === path) ?? {};
  const isPrefixed = answers.length > 0 && !rows.has(answers[0]!.row);
  return new Map([...rows].map(([id, row]) => [isPrefixed ? `${title}/${id}` : id, row]));
}

const differs = (one: AskedRow, other: AskedRow) => one.system !== other.system || one.user !== other.user;

function paramsOf(
  candidate: string,
  files: readonly ImportedFile[],
  asked: readonly LogRequests[]
): Record<string, unknown> {
  const own = files.filter(({answers}) => answers.some((answer) => answer.candidate === candidate));
  return asked.find(({path}) => own.some((file) => file.path === path))?.params ?? {};
}

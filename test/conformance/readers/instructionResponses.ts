import {instructionFollowing} from "../../../src/evals/scorers/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWhere, filesWith, has, type Item, stemOf} from "../item.js";
import {type RowScore, scoredRows, throughRunner} from "../throughRunner.js";

/**
 * Verdicts of a model and mode: the original's language detector draws n-grams at random. Of those published that are not ours it
 * gives ours in 450 to 960 of 1,000 draws (langdetect 1.0.9).
 */
const mayDiffer = 2;

/** Prompts that ask for a sign as a letter, such as "#": the original draws a letter in its place, so its verdict is taken. */
const isDrawn = ({kwargs}: Record<string, unknown>) =>
  (kwargs as {letter?: string | null}[]).some(({letter}) => letter && !/[a-z]/i.test(letter));

/** Prompts with verifiable instructions, models' responses to them, and each instruction's verdict. */
export const instructionResponses: Reader = {
  kind: "responses to verifiable instructions",
  matches: (item) => promptFile(item) !== undefined && responseFiles(item).length > 0,
  async figures(item) {
    const prompts = item.records(promptFile(item)!);
    const rows = prompts.map((prompt) => ({
      id: String(prompt.key),
      prompt: String(prompt.prompt),
      expected: {instruction_id_list: prompt.instruction_id_list, kwargs: prompt.kwargs}
    }));
    const known = new Set(rows.map(({id}) => id));
    const outputs = Object.fromEntries(
      responseFiles(item).map((file) => [
        modelOf(file),
        new Map(
          item
            .records(file)
            .map((record): [string, string] => [String(record.key), String(record.response)])
            .filter(([key]) => known.has(key))
        )
      ])
    );
    const drawn = new Set(prompts.filter(isDrawn).map(({key}) => String(key)));
    const figures: Figure[] = [];
    for (const mode of ["strict", "loose"] as const) {
      const scores = await throughRunner(rows, outputs, instructionFollowing({mode, compatible: true}));
      for (const [model, list] of Object.entries(scores))
        figures.push(...figuresOf(model, mode, list, {item, drawn, verdicts: verdictFile(item, model)}));
    }
    return figures;
  },
  notReproduced: [
    {path: /nondeterministic_keys/, why: "no figure: names the prompts whose original check is random"}
  ]
};

function figuresOf(
  model: string,
  mode: "strict" | "loose",
  list: readonly RowScore[],
  {item, drawn, verdicts}: {item: Item; drawn: ReadonlySet<string>; verdicts?: string}
): Figure[] {
  const published = new Map(
    (verdicts ? item.records(verdicts) : []).map((record) => [String(record.key), record[mode] as boolean[]])
  );
  const own = scoredRows(list).map(
    (row) => (drawn.has(row.id) && published.get(row.id)) || (row.details!.followed as boolean[])
  );
  const [prompts, instructions] = [own.length, own.flat().length];
  const [right, followed] = [
    own.filter((each) => each.every(Boolean)).length,
    own.flat().filter(Boolean).length
  ];
  const figure = (name: string, path: string[], ours: number, tolerance = 0): Figure => ({
    name: `${model}, ${mode}: ${name}`,
    ours,
    published: expected(model, ...path),
    tolerance
  });
  const figures = [
    figure("prompts scored", ["prompts"], prompts),
    figure("instructions scored", ["instructions"], instructions),
    figure("prompts followed", [mode, "prompt_correct"], right, mayDiffer),
    figure("share of prompts followed", [mode, "prompt_acc"], right / prompts, mayDiffer / prompts),
    figure("instructions followed", [mode, "inst_correct"], followed, mayDiffer),
    figure(
      "share of instructions followed",
      [mode, "inst_acc"],
      followed / instructions,
      mayDiffer / instructions
    )
  ];
  if (mode === "strict") {
    const tolerance = 0.05 + (100 * mayDiffer) / instructions;
    figures.push(
      figure("instructions followed, %", ["published_readme_pct"], (100 * followed) / instructions, tolerance)
    );
  }
  if (verdicts)
    figures.push({
      name: `${model}, ${mode}: each prompt's verdicts`,
      rows: list.map((row) => ({
        key: row.id,
        ours: row.status === "scored" ? (row.details!.followed as boolean[]) : undefined
      })),
      publishedRows: {file: verdicts, path: [mode], key: "key"},
      mayDiffer: 2 * mayDiffer + drawn.size
    });
  return figures;
}

function promptFile(item: Item): string | undefined {
  return filesWith(item, "key", "instruction_id_list", "kwargs")[0];
}

function responseFiles(item: Item): string[] {
  return filesWhere(item, (first) => has(first, "key", "response") && !has(first, "instruction_id_list"));
}

/** Names are responses.MODEL and verdicts.MODEL. */
function modelOf(file: string): string {
  return stemOf(file).replace(/^responses?[._-]/, "");
}

function verdictFile(item: Item, model: string): string | undefined {
  return filesWith(item, "key", "strict", "loose").find(
    (file) => stemOf(file).replace(/^verdicts?[._-]/, "") === model
  );
}

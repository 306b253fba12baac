import {instructionFollowing} from "../../../src/scorers/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWith, type Item} from "../item.js";
import {correctRows, scoredRows, throughRunner} from "../throughRunner.js";

/** Language detection and sentence splitting differ between libraries, and two checks of the original are random. */
const mayDiffer = 3;

/** Prompts with verifiable instructions, models' responses to them, and each instruction's verdict. */
export const instructionResponses: Reader = {
  kind: "responses to verifiable instructions",
  matches: (item) =>
    filesWith(item, "key", "instruction_id_list", "kwargs").length > 0 && responseFiles(item).length > 0,
  async figures(item) {
    const prompts = item.lines(filesWith(item, "key", "instruction_id_list", "kwargs")[0]!);
    const rows = prompts.map((prompt) => ({
      id: String(prompt.key),
      prompt: String(prompt.prompt),
      expected: {instruction_id_list: prompt.instruction_id_list, kwargs: prompt.kwargs}
    }));
    const outputs = Object.fromEntries(
      responseFiles(item).map((file) => [
        file.replace(/^responses\./, "").replace(/\.jsonl$/, ""),
        new Map(item.lines(file).map((record) => [String(record.key), String(record.response)]))
      ])
    );
    const figures: Figure[] = [];
    for (const mode of ["strict", "loose"] as const) {
      const scores = await throughRunner(rows, outputs, instructionFollowing({mode}));
      for (const [model, list] of Object.entries(scores)) {
        const verdicts = scoredRows(list).map((row) => row.details!.followed as boolean[]);
        const followed = verdicts.flat().filter(Boolean).length;
        const at = (field: string) => expected(model, mode, field);
        figures.push(
          {
            name: `${model}, ${mode}: prompts scored`,
            ours: verdicts.length,
            published: expected(model, "prompts")
          },
          {
            name: `${model}, ${mode}: instructions scored`,
            ours: verdicts.flat().length,
            published: expected(model, "instructions")
          },
          {
            name: `${model}, ${mode}: prompts followed`,
            ours: correctRows(list),
            published: at("prompt_correct"),
            tolerance: mayDiffer
          },
          {
            name: `${model}, ${mode}: instructions followed`,
            ours: followed,
            published: at("inst_correct"),
            tolerance: mayDiffer
          },
          {
            name: `${model}, ${mode}: each prompt's verdicts`,
            rows: list.map((row) => ({
              key: Number(row.id),
              ours: row.status === "scored" ? (row.details!.followed as boolean[]) : undefined
            })),
            publishedRows: {file: `verdicts.${model}.jsonl`, path: [mode], key: "key"},
            mayDiffer: 2 * mayDiffer
          }
        );
        if (mode === "strict") {
          const share = (100 * followed) / verdicts.flat().length;
          figures.push({
            name: `${model}: instructions followed, %`,
            ours: share,
            published: expected(model, "published_readme_pct"),
            tolerance: 0.05 + (100 * mayDiffer) / verdicts.flat().length
          });
        }
      }
    }
    return figures;
  }
};

function responseFiles(item: Item): string[] {
  return filesWith(item, "key", "response");
}

import {judgedColumn, lengthColumn, orderColumn, SAME_WORDS} from "../../site/rowFiles.js";
import type {RunView} from "../../site/types.js";
import type {SqlConnection} from "./sqlConnection.js";
import {quotedName, quotedText} from "../text/sqlText.js";

/** Tables about a run's judges, which runs without one have not. */
export const JUDGE_TABLES = [
  {
    name: "judged_answers",
    columns: ["row_id", "candidate", "repeat", "scorer", "score", "characters"],
    about: "every score by a judge or by people, each repeat's answer apart, with the answer's length"
  },
  {
    name: "judge_choices",
    columns: ["row_id", "candidate", "repeat", "scorer", "first", "second"],
    about:
      "what a judge of two answers chose with the candidate's shown first, and with it shown second; not of answers with the same words"
  }
];

export function hasJudge({scorers}: RunView): boolean {
  return scorers.some(({judge}) => judge);
}

/** The selects that the views of these tables unite, over the table `run_judges`. */
export async function judgeViews(
  connection: SqlConnection,
  {scorers, candidates}: RunView
): Promise<[view: string, parts: string[]][]> {
  const described = await connection.query("select column_name from (describe run_judges)");
  const columns = new Set(
    Array.from({length: described.numRows}, (_row, i) => described.get(i)?.column_name as string)
  );
  const names = candidates.map(({name}) => name);
  const judged: string[] = [];
  const choices: string[] = [];
  for (let repeat = 0; columns.has(lengthColumn(repeat, names[0] ?? "")); repeat++)
    for (const {name: scorer} of scorers) {
      const own = names.filter((candidate) => columns.has(judgedColumn(repeat, scorer, candidate)));
      if (own.length > 0) judged.push(judgedAnswers(own, {scorer, repeat}));
      const asked = names.filter((candidate) => columns.has(orderColumn(repeat, scorer, candidate)));
      if (asked.length > 0) choices.push(judgeChoices(asked, {scorer, repeat}));
    }
  return [
    ["judged_answers", judged],
    ["judge_choices", choices]
  ];
}

interface JudgedRepeat {
  scorer: string;
  repeat: number;
}

/** Unpivoted as `scores` is; an answer whose text is gone has no length, and is on no page. */
function judgedAnswers(candidates: readonly string[], {scorer, repeat}: JudgedRepeat): string {
  const pairs = candidates.map((candidate) => ({
    candidate,
    score: quotedName(judgedColumn(repeat, scorer, candidate)),
    length: quotedName(lengthColumn(repeat, candidate))
  }));
  const selected = pairs.flatMap(({score, length}) => [
    `j.${score}::double as ${score}`,
    `j.${length}::double as ${length}`
  ]);
  const groups = pairs.map(
    ({candidate, score, length}) => `(${score}, ${length}) as ${quotedName(candidate)}`
  );
  return `select row_id, candidate, ${repeat} as repeat, ${quotedText(scorer)} as scorer, score, characters from (
      select row_id, ${selected.join(", ")} from published positional join run_judges j)
    unpivot include nulls ((score, characters) for candidate in (${groups.join(", ")}))
    where score is not null and characters is not null`;
}

function judgeChoices(candidates: readonly string[], {scorer, repeat}: JudgedRepeat): string {
  const columns = candidates.map((candidate) => ({
    candidate,
    order: quotedName(orderColumn(repeat, scorer, candidate))
  }));
  return `select row_id, candidate, ${repeat} as repeat, ${quotedText(scorer)} as scorer,
      string_split(chosen, ' ')[1] as first, string_split(chosen, ' ')[2] as second
    from (unpivot
      (select row_id, ${columns.map(({order}) => `j.${order}::varchar as ${order}`).join(", ")}
       from published positional join run_judges j)
      on ${columns.map(({candidate, order}) => `${order} as ${quotedName(candidate)}`).join(", ")}
      into name candidate value chosen)
    where chosen != ${quotedText(SAME_WORDS)}`;
}

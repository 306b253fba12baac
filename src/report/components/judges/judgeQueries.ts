import type {JudgeChoice} from "./chooseJudge.js";
import {quotedName, quotedText} from "../text/sqlText.js";

/** What a judge may choose when the same two answers are shown in both orders. */
export const ORDERS = [
  "the same answer in both orders",
  "whatever stood first",
  "whatever stood second",
  "a tie in one order only"
] as const;
const [SAME, FIRST, SECOND, TIE] = ORDERS;

/** Queries over a run's own tables that give what figures of a judge are computed from. */
export interface JudgeQueries {
  run: string;
  /** Each candidate's mean by the judge and by people, with how many answers each scored. */
  scores: string;
  /** Answers by people's score and by the judge's. */
  agreement: string;
  /** Answers by what the judge chose in both orders. */
  order: string;
  /** Reasons for which answers of the whole run have no score. */
  failures: string;
  /** Scores in five groups of answers by length. */
  length: string;
}

/** The queries about the rows and scorers that are chosen. */
export function judgeQueries(run: string, {judge, human, slice}: JudgeChoice): JudgeQueries {
  const rows = slice ? " join rows using (row_id)" : "";
  const where = slice ? ` and ${quotedName(slice.name)} = ${quotedText(slice.value)}` : "";
  const byJudge = quotedText(judge.name);
  const byPeople = human ? quotedText(human.name) : "null";
  return {
    run,
    scores: `select candidate, avg(score) filter (scorer = ${byJudge}) as judge, count(*) filter (scorer = ${byJudge}) as judged,
  avg(score) filter (scorer = ${byPeople}) as people, count(*) filter (scorer = ${byPeople}) as labelled
from judged_answers${rows}
where scorer in (${byJudge}, ${byPeople})${where}
group by candidate
order by judge desc`,
    agreement: `select p.score as people, j.score as judge, count(*) as answers
from judged_answers p join judged_answers j using (row_id, candidate, repeat)${rows}
where p.scorer = ${byPeople} and j.scorer = ${byJudge}${where}
group by p.score, j.score
order by people, judge`,
    order: `with kinds(chose) as (values ${ORDERS.map((one) => `(${quotedText(one)})`).join(", ")}),
found as (
  select case when first = second then ${quotedText(SAME)}
    when first = 'output' and second = 'baseline' then ${quotedText(FIRST)}
    when first = 'baseline' and second = 'output' then ${quotedText(SECOND)}
    else ${quotedText(TIE)} end as kind
  from judge_choices${rows}
  where scorer = ${byJudge}${where}
)
select chose, count(kind) as answers, answers / (select count(*) from found) as share
from kinds left join found on kind = chose
group by chose
order by answers desc`,
    failures: `select reason, times
from score_failures
where run = ${quotedText(run)} and scorer = ${byJudge}
order by times desc`,
    length: `with judged as (
  select j.characters, j.score as judge, p.score as people, ntile(5) over (order by j.characters) as part
  from judged_answers j${rows}
  left join judged_answers p
    on p.row_id = j.row_id and p.candidate = j.candidate and p.repeat = j.repeat and p.scorer = ${byPeople}
  where j.scorer = ${byJudge} and j.characters > 0${where}
)
select part, min(characters) as shortest, max(characters) as longest, count(*) as answers,
  avg(judge) as judge, avg(people) as people, count(people) as labelled
from judged
group by part
order by part`
  };
}

import {quotedText} from "../text/sqlText.js";

/** Every student of a distillation against the teacher. */
export function studentsQuery(distillation: string): string {
  return `select student, verdict, learned, mean, low, high, difference, difference_low, difference_high, p_holm,
  difference_all, signal, threshold, 1 - share as asked, share, loss, loss_low, loss_high, cascade_rows
from distilled_students
where distillation = ${quotedText(distillation)}
order by student`;
}

/** One of the tables of a student, in an order. */
export function studentQuery(
  table: "distilled_costs" | "distilled_curves" | "distilled_slices" | "distilled_rows",
  {distillation, student}: {distillation: string; student: string},
  order: string
): string {
  return `select *
from ${table}
where distillation = ${quotedText(distillation)} and student = ${quotedText(student)}
order by ${order}`;
}

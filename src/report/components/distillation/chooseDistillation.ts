import {splitText} from "../../../evals/decisions/points.js";
import type {DistillationsData, DistillationView} from "../../site/types.js";
import {fromAddress} from "../address/address.js";
import {unmetRun} from "../address/runOfAddress.js";
import {type Input, select} from "../inputs/inputs.js";
import {code, emptyState} from "../text/elements.js";
import {time} from "../text/format.js";

/** Lets a reader choose a distillation, that of the address's run or the newest; without one it says how to make one. */
export function chooseDistillation({distillations}: DistillationsData): Input<DistillationView | null> {
  const run = fromAddress("run");
  const selected = (one: DistillationView | null) => one !== null && one.id === run;
  if (distillations.length > 0)
    return select(
      distillations.map((one) => ({
        label: `${one.name}, ${splitText({name: one.split, part: "test"})}, ${time(one.sealedAt)}`,
        id: one.id,
        value: one as DistillationView | null
      })),
      {
        label: "Distillation",
        key: "distillation",
        selected,
        unmet: unmetRun(distillations.some(selected))
      }
    );
  const node = emptyState(
    "No student has learned from a teacher yet.",
    [
      "Name a teacher, its students and a margin in ",
      code("distillations/NAME.distillation.ts"),
      ", then run ",
      code("npx assay distil NAME"),
      ". It asks the teacher, trains the students on its answers, and judges them here."
    ],
    [
      "A first one needs an eval with a training and a test part. ",
      code("docs/learning-from-answers.md"),
      " has an example."
    ]
  );
  return Object.assign(node, {value: null});
}

/** The student that the page is about: the one advised, else the first. Null without a distillation. */
export function chooseStudent(view: DistillationView | null): Input<string | null> {
  if (!view) return Object.assign(document.createElement("div"), {value: null});
  return select<string | null>(
    view.students.map(({name}) => ({label: name, value: name})),
    {label: "Student", key: "student", selected: (name) => name === view.advice.student}
  );
}

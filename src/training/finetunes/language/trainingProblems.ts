import type {SplitSpec} from "../../../data/splits/spec.js";

export interface TrainingProblem {
  path: (string | number)[];
  message: string;
}

/** What is trained on, as fine-tunes and jobs state it. */
interface Training {
  split: SplitSpec;
  part?: string;
  validation?: string | false;
}

/** What a fine-tune here and a job elsewhere refuse alike. @param what "a fine-tune" or "a job" */
export function trainingProblems({split, part, validation}: Training, what: string): TrainingProblem[] {
  const problems: TrainingProblem[] = [];
  if (split.rolling !== undefined)
    problems.push({
      path: ["split", "rolling"],
      message: `makes several splits, and ${what} is trained on one`
    });
  if (part === "validation" && validation === "validation")
    problems.push({
      path: ["validation"],
      message: "must be another part than `part`: what is learned says nothing of how well it is learned"
    });
  return problems;
}

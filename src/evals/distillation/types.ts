import type {BreakEven, Signal} from "../../base/costs/index.js";
import type {NoWorse, Replacement, ScoreScale} from "../decisions/index.js";

/** A distillation as it was judged. */
export interface DistillationView {
  /** Id of the run that judged. */
  id: string;
  name: string;
  eval: string;
  split: string;
  version: string;
  sealedAt: string;
  scorer: string;
  scale: ScoreScale;
  teacher: string;
  teacherMean?: number;
  /** In score units. */
  margin: number;
  maxLoss: number;
  /** That each cascade holds its loss: of several students together as stated. */
  confidence: number;
  callsPerMonth: number;
  months: number;
  /** Test rows, and those of them that no student has learned from. */
  rows: number;
  cleanRows: number;
  /** Rows that the teacher answered to be learned from, and what that cost; absent when unknown. */
  answeredRows: number;
  dataUsd?: number;
  /** On the hosting where it runs, at the volume; absent when unknown. */
  teacherUsdPerMonth?: number;
  /** What is missing to know it. */
  teacherUnknown: string[];
  students: StudentView[];
  advice: DistillationAdvice;
  /** What could make it wrong, a sentence each. */
  risks: string[];
  /** The model in use before, judged on the same rows, and why another takes its place; absent where none was in use. */
  inUse?: {name: string; judged: NoWorse; because?: Replacement["because"]};
  /** The student that answers from now on, or the one in use; absent when the teacher does. */
  chosen?: string;
  /** Id of the model that is kept. */
  kept?: string;
}

/** Who should answer. */
export interface DistillationAdvice {
  kind: "student" | "cascade" | "teacher";
  /** The student, alone or before the teacher. */
  student?: string;
  sentence: string;
}

export interface StudentView {
  name: string;
  modelId?: string;
  /** Rows that it learned, and the seconds that took; absent of a model made elsewhere. */
  learned?: number;
  seconds?: number;
  /** Id of the job that trained it elsewhere. */
  job?: string;
  mean?: number;
  low?: number;
  high?: number;
  /** Against the teacher on the rows that neither has learned from. */
  judged: NoWorse;
  /** On all rows; absent where all are clean. */
  onAll?: NoWorse;
  cascade?: StudentCascade;
  noCascade?: string;
  costs: StudentCost[];
  /** Data, training and evaluation; absent when an amount is unknown. */
  firstUsd?: number;
  curve: StudentCurvePoint[];
  gain?: CurveGain;
  /** The greatest loss first. */
  slices: StudentSlice[];
  /** Rows on which the scores differ, and the worst of them first. */
  differing: number;
  worst: {row: string; teacher: number; student: number}[];
}

/** The student first, the teacher when it is unsure. */
export interface StudentCascade {
  signal: Signal;
  /** The confidence from which its answer is taken; absent when none was shown to hold the loss. */
  threshold?: number;
  calibrationRows: number;
  /** On the other rows. */
  rows: number;
  /** Share of the traffic that the student answers. */
  share: number;
  loss?: {estimate: number; low: number; high: number};
}

/** A student on one hosting, against the teacher. */
export interface StudentCost {
  hosting: string;
  usdPerMonth?: number;
  unknown: string[];
  /** Below 0 it is dearer. */
  savedUsdPerMonth?: number;
  breakEven?: BreakEven;
  /** With the cascade; absent without one. */
  cascadeUsdPerMonth?: number;
}

export interface StudentCurvePoint {
  share: number;
  rows: number;
  mean?: number;
  low?: number;
  high?: number;
}

/** What the last step of the curve gained: all rows against the largest share. */
export interface CurveGain {
  fromRows: number;
  toRows: number;
  difference: number;
  low: number;
  high: number;
  /** Whether another step of this size may gain as much as the margin. */
  mayPay: boolean;
  /** What as many rows again would cost, with the training; absent when unknown. */
  nextUsd?: number;
}

export interface StudentSlice {
  slice: string;
  value: string;
  rows: number;
  difference: number;
  low: number;
  high: number;
  adjustedP: number;
}

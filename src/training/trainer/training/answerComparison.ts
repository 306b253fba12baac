import type {PolicyScoring} from "./policyScoring.js";
import type {TrainingData, ValidationRecord} from "./job.js";
import {ktoLoss} from "./kto.js";
import {partsOf} from "./lanes.js";
import {markedRatios, type MarkedRatios, markedRows} from "./marked.js";
import {comparePairs, pairRows, slopesOf} from "./pairs.js";
import type {LabelledBatch} from "./rows.js";

type Compared = Exclude<TrainingData, {kind: "examples"}>;
type Of<Kind extends Compared["kind"]> = Extract<Compared, {kind: Kind}>;

/** What is learned from one micro-batch. */
interface ComparedBatch {
  loss: number;
  parts: LabelledBatch[];
  /** Of the loss by each row's log-probability, part after part. */
  slopes: number[][];
}

/** Learns from answers that are compared: the two of a pair, or marked ones with a reference point. */
export class AnswerComparison {
  constructor(
    private readonly data: Compared,
    private readonly scoring: PolicyScoring
  ) {}

  /** The rows of a micro-batch and their slopes; `items` are indices of the training part, one list a lane. */
  async learn(items: readonly (readonly number[])[]): Promise<ComparedBatch> {
    const {data, scoring} = this;
    if (data.kind === "pairs") {
      const parts = items.map((part) => pairRows(part.map((i) => data.train[i]!)));
      const result = await comparePairs(scoring, parts, data.preference);
      return {loss: result.loss, parts, slopes: slopesOf(parts, result)};
    }
    const answers = items.map((part) => part.map((i) => data.train[i]!));
    const ratios = await markedRatios(scoring, answers);
    const {loss, slopes} = ktoLoss(ratios.answers, ratios.mismatched, data.kto);
    let from = 0;
    return {
      loss,
      parts: answers.map(markedRows),
      slopes: answers.map((part) => slopes.slice(from, (from += part.length)))
    };
  }

  /** Loss and accuracy of the validation part, which is not empty, `rows` at once. */
  async check(
    rows: number,
    lanes: number,
    pause: () => Promise<void>
  ): Promise<Omit<ValidationRecord, "step">> {
    const {data} = this;
    return data.kind === "pairs"
      ? this.checkPairs(data, rows, lanes, pause)
      : this.checkMarked(data, rows, lanes, pause);
  }

  private async checkPairs(
    {validation, preference}: Of<"pairs">,
    rows: number,
    lanes: number,
    pause: () => Promise<void>
  ) {
    let sum = 0;
    let count = 0;
    let right = 0;
    for (let from = 0; from < validation.length; from += rows) {
      const parts = partsOf(validation.slice(from, from + rows), lanes).map(pairRows);
      const result = await comparePairs(this.scoring, parts, preference);
      sum += result.loss * result.chosen.length;
      count += result.chosen.length;
      right += result.chosenRewards.filter((reward, i) => reward > result.rejectedRewards[i]!).length;
      await pause();
    }
    return {loss: sum / count, accuracy: right / count};
  }

  /** With one reference point for the whole part. */
  private async checkMarked(
    {validation, kto}: Of<"marked">,
    rows: number,
    lanes: number,
    pause: () => Promise<void>
  ) {
    const all: MarkedRatios = {answers: [], mismatched: []};
    for (let from = 0; from < validation.length; from += rows) {
      const found = await markedRatios(this.scoring, partsOf(validation.slice(from, from + rows), lanes));
      all.answers.push(...found.answers);
      all.mismatched.push(...found.mismatched);
      await pause();
    }
    const {loss, right} = ktoLoss(all.answers, all.mismatched, kto);
    return {loss, accuracy: right / validation.length};
  }
}

import type {ScoredTexts} from "./request.js";
import {ScoreJob} from "./scoreJob.js";

export interface ScoringEvents {
  onDone(scoring: ScoredTexts): void;
  onError(error: unknown): void;
}

/** Answers to one prompt that are scored together: done when all are, failed when one is. */
export class AnswerScoring {
  readonly jobs: readonly ScoreJob[];
  private readonly logprobs: (number | undefined)[];
  private left: number;
  private ended = false;
  private events: ScoringEvents | undefined;

  constructor(
    context: readonly number[],
    answers: readonly (readonly number[])[],
    {ends, room}: {ends: readonly number[]; room: number}
  ) {
    this.logprobs = answers.map(() => undefined);
    this.jobs = answers.flatMap((answer, i) => {
      if (context.length + answer.length > room) return [];
      const onDone = (logprob: number) => {
        this.logprobs[i] = logprob;
        if (--this.left === 0) this.end((events) => events.onDone(this.scoring()));
      };
      const onError = (error: unknown) => this.end((events) => events.onError(error));
      return [new ScoreJob(context, answer, ends, {onDone, onError})];
    });
    this.left = this.jobs.length;
  }

  /** What is told is told once, and not before this has returned. */
  begin(events: ScoringEvents): void {
    this.events = events;
    if (this.left === 0) queueMicrotask(() => this.end(() => events.onDone(this.scoring())));
  }

  private end(tell: (events: ScoringEvents) => void): void {
    if (this.ended) return;
    this.ended = true;
    tell(this.events!);
  }

  private scoring(): ScoredTexts {
    return {
      logprobs: this.logprobs,
      tokens: this.jobs.reduce((sum, {prompt}) => sum + prompt.length, 0),
      reusedTokens: this.jobs.reduce((sum, {reused}) => sum + reused, 0)
    };
  }
}

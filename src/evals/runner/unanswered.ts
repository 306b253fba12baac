/** How reasons of failed scores begin whose scorer asked an endpoint and got no answer; a judge's and an encoder's are their own words. */
const UNANSWERED =
  /^(scorer .+?: )?(the judge gave no answer|.+ gave no vectors|The scorer got no answer): /s;

/** What a scorer has to say of a call that it made, and that failed. */
export const gotNoAnswer = (message: string) => `The scorer got no answer: ${message}`;

/** Whether a score is missing for want of an answer, which another try may get: `--retry-failed` asks for it again. */
export function isUnanswered(reason: string): boolean {
  return UNANSWERED.test(reason);
}

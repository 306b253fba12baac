import {memberOf} from "../../../base/validation/memberOf.js";
import {isObject} from "../../../base/validation/isObject.js";
import type {RunCandidate, RunManifest} from "../../../base/store/index.js";
import type {AnswersSource} from "./answersOf.js";
import {type AgreedAnswer, type AnswersLeftOut, type MadeRow, saidBy} from "./keptAnswers.js";
import type {RunAnswer} from "./runAnswers.js";

/** The columns that rows of answers have of their own; a column of the dataset with such a name stands as `source_NAME`. */
const OWN = new Set([
  ...[
    "id",
    "row",
    "part",
    "prompt",
    "answer",
    "messages",
    "tools",
    "candidate",
    "model",
    "variant",
    "repeat"
  ],
  ...["score", "scores", "doubt", "agreement", "prompt_tokens", "completion_tokens", "cost_usd", "logprobs"],
  ...["chosen", "rejected", "good"],
  ...["chosen_score", "rejected_score", "chosen_candidate", "rejected_candidate"]
]);

/** The name under which a column of the dataset stands beside the answers. */
export const carriedName = (name: string) => (OWN.has(name) ? `source_${name}` : name);

interface Asked {
  run: RunManifest;
  source: AnswersSource;
  leftOut: AnswersLeftOut;
}

/** What a row's kept answers become in the form that is asked for. */
export function madeRows(answers: readonly AgreedAnswer[], asked: Asked): MadeRow[] {
  const variants = [...new Set(answers.map(({variant}) => variant))];
  return variants.flatMap((variant) => {
    const own = answers.filter((one) => one.variant === variant);
    switch (asked.source.form ?? "answers") {
      case "pairs":
        return pairOf(own, asked);
      case "kto":
        return own.flatMap((one) => markedOf(one, asked));
      default:
        return chosenOf(own, asked).map((one) => answerRow(one, asked));
    }
  });
}

/** The best answer: the highest score, then the most agreed on, then the first candidate's first. Or all of them. */
function chosenOf(answers: readonly AgreedAnswer[], {source, leftOut}: Asked): AgreedAnswer[] {
  if (source.keep?.each === "all") return [...answers];
  const [best, ...others] = byScore(answers);
  leftOut.add("another answer of the row was taken", others.length);
  return [best!];
}

const byScore = (answers: readonly AgreedAnswer[]) =>
  [...answers].sort(
    (a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity) || (b.agreement ?? 0) - (a.agreement ?? 0)
  );

function answerRow(answer: AgreedAnswer, asked: Asked): MadeRow {
  const tools = toolsOf(answer, asked.run);
  const conversation = [...messagesOf(answer).map(unlearned), assistant(answer)];
  return {
    ...common(answer, asked),
    row: {
      ...facts(answer, asked),
      answer: taughtText(answer),
      // Both readers of conversations find the tools: beside the messages, and in a column.
      messages: JSON.stringify(tools ? {messages: conversation, tools} : conversation),
      tools: tools && JSON.stringify(tools),
      logprobs: asked.source.form === "soft" ? answer.logprobs : undefined,
      ...carriedOf(answer)
    },
    taught: saidBy(answer.output, answer.tool_calls),
    answers: 1
  };
}

function markedOf(answer: AgreedAnswer, asked: Asked): MadeRow[] {
  const {good = 1, bad = 0} = asked.source;
  const score = answer.score!;
  if (score < good && score > bad) {
    asked.leftOut.add("neither good nor bad");
    return [];
  }
  const made = answerRow(answer, {...asked, source: {...asked.source, keep: {each: "all"}}});
  return [{...made, row: {...made.row, good: score >= good}}];
}

function pairOf(answers: readonly AgreedAnswer[], {source, leftOut, run}: Asked): MadeRow[] {
  const sorted = byScore(answers);
  const [better, worse] = [sorted[0]!, sorted.at(-1)!];
  const difference = better.score! - worse.score!;
  const none = (reason: string) => {
    leftOut.add(reason, answers.length);
    return [];
  };
  if (source.keep?.minScore !== undefined && better.score! < source.keep.minScore)
    return none(`better answer scored below ${source.keep.minScore}`);
  if (difference <= 0) return none("no answer of the row is better than another");
  if (difference < (source.leastDifference ?? 0))
    return none(`differ by less than ${source.leastDifference}`);
  leftOut.add("neither the best nor the worst of the row", answers.length - 2);
  const asked = {source, leftOut, run};
  const {id, row, part, prompt, variant} = facts(better, asked);
  const tools = toolsOf(better, run);
  return [
    {
      ...common(better, asked),
      row: {
        id,
        row,
        part,
        prompt,
        variant,
        chosen: taughtText(better),
        rejected: taughtText(worse),
        chosen_score: better.score,
        rejected_score: worse.score,
        chosen_candidate: better.candidate,
        rejected_candidate: worse.candidate,
        cost_usd: sum(better.cost_usd, worse.cost_usd),
        tools: tools && JSON.stringify(tools),
        ...carriedOf(better)
      },
      taught: `${saidBy(better.output, better.tool_calls)}\n${saidBy(worse.output, worse.tool_calls)}`,
      answers: 2
    }
  ];
}

const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);

function common(answer: RunAnswer, {source}: Asked): Pick<MadeRow, "question" | "slice"> {
  const slice = source.keep?.balance?.slice;
  const slices: unknown = answer.slices === null ? {} : JSON.parse(answer.slices);
  const value = slice !== undefined && isObject(slices) ? memberOf(slices, slice) : undefined;
  return {
    question: answer.text ?? questionText(answer),
    slice: value === undefined ? undefined : JSON.stringify(value)
  };
}

function facts(answer: AgreedAnswer, {run, source}: Asked) {
  const {row_id, variant, candidate, repeat} = answer;
  const each = source.keep?.each === "all" ? [candidate, repeat] : [];
  const several = run.variants.length > 1 ? [variant] : [];
  return {
    id: [row_id, ...several, ...each].join("/"),
    row: row_id,
    part: answer.part,
    prompt: promptOf(answer, toolsOf(answer, run)),
    candidate,
    model: answer.served_model ?? run.candidates.find(({name}) => name === candidate)?.model,
    variant,
    repeat,
    score: answer.score,
    scores: answer.scores ?? "{}",
    doubt: doubtIn(answer.details),
    agreement: answer.agreement ?? null,
    prompt_tokens: answer.prompt_tokens,
    completion_tokens: answer.completion_tokens,
    cost_usd: answer.cost_usd
  };
}

/** How unsure the judge is: 1 when its choice changes with the order, 0 when it does not; null where no judge was asked twice. */
function doubtIn(details: string | null): number | null {
  const found: unknown = details === null ? undefined : JSON.parse(details);
  if (!isObject(found)) return null;
  if (typeof found.doubt === "number") return found.doubt;
  return typeof found.agree === "boolean" ? Number(!found.agree) : null;
}

interface StoredMessage {
  role: string;
  content: unknown;
  [name: string]: unknown;
}

const messagesOf = ({messages}: RunAnswer) => JSON.parse(messages!) as StoredMessage[];

/** An answer within the prompt is read and not learned: the teacher did not give it. */
const unlearned = (message: StoredMessage): StoredMessage =>
  message.role === "assistant" ? {...message, weight: 0} : message;

/**
 * The prompt as it was sent: its text where it is one message of the user's, else its messages as JSON. Tools go with messages: where
 * some were offered they are JSON, so that an answer in words is learned under the tools, too.
 */
function promptOf(answer: RunAnswer, tools: RunCandidate["tools"]): string {
  const messages = messagesOf(answer);
  const [only] = messages;
  return !tools?.length && messages.length === 1 && only!.role === "user" && typeof only!.content === "string"
    ? only!.content
    : JSON.stringify(messages);
}

/** What the users of a prompt say. */
export function questionText(answer: RunAnswer): string {
  return messagesOf(answer)
    .filter(({role}) => role === "user")
    .map(({content}) => (typeof content === "string" ? content : JSON.stringify(content)))
    .join("\n");
}

function assistant({output, tool_calls: calls}: RunAnswer): StoredMessage {
  return {
    role: "assistant",
    content: output ?? (calls === null ? "" : null),
    tool_calls: calls === null ? undefined : (JSON.parse(calls) as unknown)
  };
}

/** An answer as a column holds it: its text, or with calls of tools its message as JSON. */
const taughtText = (answer: RunAnswer) =>
  answer.tool_calls === null ? (answer.output ?? "") : JSON.stringify([assistant(answer)]);

const toolsOf = ({candidate}: RunAnswer, {candidates}: RunManifest): RunCandidate["tools"] =>
  candidates.find(({name}) => name === candidate)?.tools;

const carriedOf = ({carried}: RunAnswer) =>
  Object.fromEntries(Object.entries(carried).map(([name, value]) => [carriedName(name), value]));

import {exactly, text} from "../../../base/validation/checked.js";

/** The columns that hold what is trained on. */
export interface TrainingColumns {
  /** chat: a list of messages, or its JSON. */
  messages?: string;
  prompt?: string;
  completion?: string;
  /** kto: whether the completion is good, true or false. */
  good?: string;
  chosen?: string;
  rejected?: string;
}

const column = () => text("a column's name").optional();

/** What a fine-tune and a job may say of the columns that they train on. */
export const columnsSchema = exactly<TrainingColumns>("columns such as {prompt, completion}", {
  messages: column(),
  prompt: column(),
  completion: column(),
  good: column(),
  chosen: column(),
  rejected: column()
});

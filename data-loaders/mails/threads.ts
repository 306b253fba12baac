import {createHash} from "node:crypto";
import {cleanSubject} from "./cleanText.js";

export interface ThreadInput {
  id: string;
  subject: string;
  messageId?: string;
  answers: readonly string[];
}

/**
 * A thread key for each mail: mails are joined when one answers the other, when both answer the same mail
 * (present or not) or when their subjects agree once reply prefixes and list tags are gone. The key is a hash of
 * the thread's smallest mail id, so it does not depend on the order of reading.
 */
export function threadKeys(mails: readonly ThreadInput[]): string[] {
  const parent = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(name, root);
    return root;
  };
  const join = (a: string, b: string) => parent.set(find(a), find(b));
  for (const {id, subject, messageId, answers} of mails) {
    if (messageId) join(id, `message ${messageId}`);
    for (const answered of answers) join(id, `message ${answered}`);
    const topic = cleanSubject(subject)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
    if (topic) join(id, `topic ${topic}`);
  }
  const first = new Map<string, string>();
  for (const {id} of mails) {
    const root = find(id);
    const smallest = first.get(root);
    if (smallest === undefined || id < smallest) first.set(root, id);
  }
  return mails.map(({id}) =>
    createHash("sha256")
      .update(first.get(find(id)) ?? id)
      .digest("hex")
      .slice(0, 16)
  );
}

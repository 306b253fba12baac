import {type Mail, readMails} from "./readMails.js";

let read: Promise<Mail[]> | undefined;

/** All mails; the corpus is read once for all the versions that a pull makes of it. */
export async function* mailsOnce(): AsyncGenerator<Mail> {
  read ??= readAll();
  yield* await read;
}

async function readAll(): Promise<Mail[]> {
  const mails: Mail[] = [];
  for await (const mail of readMails()) mails.push(mail);
  return mails;
}

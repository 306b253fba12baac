import {whole} from "../demo/whole.js";
import {corpusFiles} from "./corpusFiles.js";
import {type Mail, readMails} from "./readMails.js";

let read: Promise<Mail[]> | undefined;

/** The corpus is read once for all the versions that a pull makes of it. */
export async function* mailsOnce(): AsyncGenerator<Mail> {
  read ??= readAll();
  yield* await read;
}

async function readAll(): Promise<Mail[]> {
  const mails: Mail[] = [];
  const files = (await corpusFiles()).filter(({id}) => whole || isQuick(id));
  for await (const mail of readMails({files})) mails.push(mail);
  return mails;
}

/** 150 mails in a row out of 600: the mails of a thread follow each other. */
const isQuick = (id: string) => Number(id.split("-").at(-1)) % 600 < 150;

import PostalMime, {type Email} from "postal-mime";
import {decodeEntities, htmlToText} from "./htmlToText.js";

export interface ParsedMail {
  /** First value of each header, keyed by lower-case name. */
  headers: Map<string, string>;
  subject: string;
  /** Decoded body; HTML is turned into text when there is no plain part. */
  body: string;
  messageId?: string;
  /** Message ids this mail answers, from In-Reply-To and References. */
  answers: string[];
  /** ISO 8601; undefined when the header is missing, unreadable or outside the years of the corpus. */
  sentAt?: string;
}

/** Decodes one raw mail: MIME parts, transfer encodings and character sets. */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const email = await PostalMime.parse(withoutEnvelope(raw));
  const headers = new Map<string, string>();
  for (const {key, value} of email.headers) if (!headers.has(key)) headers.set(key, value);
  const subject = email.subject?.replace(/\s+/g, " ").trim() ?? "";
  const body = bodyOf(email);
  const sentAt = plausibleDate(email.date);
  return {
    headers,
    subject,
    body,
    messageId: email.messageId || undefined,
    answers: `${email.inReplyTo ?? ""} ${email.references ?? ""}`.match(/<[^<>\s]+@[^<>\s]+>/g) ?? [],
    sentAt: sentAt || undefined
  };
}

/** The corpus keeps the mbox line "From user Thu Aug 22 …", which is not a header. */
function withoutEnvelope(raw: Buffer): Buffer {
  return raw.subarray(0, 5).toString("latin1") === "From " ? raw.subarray(raw.indexOf(10) + 1) : raw;
}

function bodyOf(email: Email): string {
  const text = email.text ?? "";
  // Mails that announce plain text and then send HTML are common in spam.
  if (text.trim() && !/<(?:html|body|table|font)\b/i.test(text)) return decodeEntities(text);
  return htmlToText(text.trim() ? text : (email.html ?? ""));
}

function plausibleDate(date: string | undefined): string | undefined {
  const time = Date.parse(date ?? "");
  if (Number.isNaN(time)) return undefined;
  const year = new Date(time).getUTCFullYear();
  return year >= 1999 && year <= 2003 ? new Date(time).toISOString() : undefined;
}

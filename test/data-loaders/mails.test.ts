import {describe, expect, it} from "vitest";
import {cleanSubject, cleanText, maxTextLength} from "../../data-loaders/mails/cleanText.js";
import {corpusFiles} from "../../data-loaders/mails/corpusFiles.js";
import {htmlToText} from "../../data-loaders/mails/htmlToText.js";
import {queues, readMails, type Mail, type MailCounts} from "../../data-loaders/mails/index.js";
import {parseMail} from "../../data-loaders/mails/parseMail.js";
import {queueOf} from "../../data-loaders/mails/queueOf.js";
import {threadKeys} from "../../data-loaders/mails/threads.js";

describe("cleanText", () => {
  it("removes quoted lines, their introduction, addresses, URLs, signature and list footer", () => {
    const body = [
      "On Mon, Aug 5, 2002 at 10:00:00AM +0100, Pat wrote:",
      "> does it print?",
      "",
      "Yes, see http://example.org/faq or ask pat@example.org.",
      "-- ",
      "Irish Linux Users' Group: list@example.org"
    ].join("\n");
    expect(cleanText("Re: [ILUG] printing", body)).toBe("printing\nYes, see or ask .");
  });

  it("keeps a ruler in the middle of a text and cuts a signature below one", () => {
    const lines = [
      "first",
      "second",
      "third",
      "==========",
      ...Array.from({length: 12}, (_, i) => `line ${i}`)
    ];
    expect(cleanText("", [...lines, "----------", "Pat, Example Ltd."].join("\n"))).toMatch(
      /third[\s\S]*line 11$/
    );
  });

  it("keeps at most 4,000 characters, ending at a word", () => {
    const text = cleanText("", "word ".repeat(2000));
    expect(text.length).toBeLessThanOrEqual(maxTextLength);
    expect(text).toMatch(/word$/);
  });

  it("is empty when everything was quoted", () => {
    expect(cleanText("", "> one\n> two")).toBe("");
  });

  it("strips stacked reply prefixes and tags from a subject", () => {
    expect(cleanSubject("Re: Fwd: [SAtalk] RE: [Razor-users] What's  wrong?")).toBe("What's wrong?");
  });
});

describe("htmlToText", () => {
  it("shows what a reader sees", () => {
    const html =
      "<html><head><title>x</title></head><body><style>p{}</style><p>Buy&nbsp;now &amp; <b>save</b></p><!-- id --><br>&#163;5 &#x2014; &unknown;</body></html>";
    expect(
      htmlToText(html)
        .replace(/\s*\n\s*/g, "\n")
        .trim()
    ).toBe("Buy now & save\n£5 — &unknown;");
  });
});

describe("parseMail", () => {
  it("decodes encoded words, quoted-printable and a character set, and keeps what the mail answers", async () => {
    const raw = Buffer.from(
      [
        "From someone  Thu Aug 22 12:36:23 2002",
        "Subject: =?iso-8859-1?Q?caf=E9?=",
        "Date: Thu, 22 Aug 2002 12:46:18 +0100",
        "Message-Id: <b@x>",
        "In-Reply-To: <a@x>",
        "Content-Type: text/plain; charset=iso-8859-1",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "na=EFve =",
        "text"
      ].join("\n"),
      "latin1"
    );
    const mail = await parseMail(raw);
    expect([mail.subject, mail.body.trim()]).toEqual(["café", "naïve text"]);
    expect([mail.messageId, mail.answers]).toEqual(["<b@x>", ["<a@x>"]]);
    expect(mail.sentAt).toBe("2002-08-22T11:46:18.000Z");
  });

  it("leaves an implausible date out", async () => {
    const mail = await parseMail(Buffer.from("Date: Thu, 22 Aug 2035 12:46:18 +0100\n\nhello"));
    expect(mail.sentAt).toBeUndefined();
  });
});

describe("queueOf", () => {
  const headers = (values: Record<string, string>) => new Map(Object.entries(values));
  it("reads the queue from the wave, the list or the sender, and gives none to private mail", () => {
    expect(queueOf("spam-1", headers({"list-id": "<ilug.linux.ie>"}))).toBe("spam");
    expect(queueOf("easy-ham-1", headers({"list-id": "<ilug.linux.ie>"}))).toBe("linux-help");
    expect(queueOf("easy-ham-1", headers({from: "fark <rssfeeds@example.org>"}))).toBe("news-feed");
    expect(queueOf("easy-ham-2", headers({subject: "[Spambayes] test sets?"}))).toBe("antispam-product");
    expect(queueOf("easy-ham-2", headers({from: "pat@example.org"}))).toBeUndefined();
  });
});

describe("threadKeys", () => {
  it("joins answers, siblings of a mail that is missing, and equal subjects; not empty ones", () => {
    const keys = threadKeys([
      {id: "1", subject: "printer", messageId: "<a@x>", answers: []},
      {id: "2", subject: "something else", messageId: "<b@x>", answers: ["<a@x>"]},
      {id: "3", subject: "third", answers: ["<gone@x>"]},
      {id: "4", subject: "fourth", answers: ["<gone@x>"]},
      {id: "5", subject: "Re: [ILUG] Printer!", answers: []},
      {id: "6", subject: "", answers: []},
      {id: "7", subject: "Re: ", answers: []}
    ]);
    const same = (a: number, b: number) => keys[a - 1] === keys[b - 1];
    expect([same(1, 2), same(1, 5), same(3, 4)]).toEqual([true, true, true]);
    expect([same(1, 3), same(6, 7)]).toEqual([false, false]);
  });

  it("gives the same keys in any order of reading", () => {
    const mails = [
      {id: "1", subject: "a", answers: []},
      {id: "2", subject: "re: a", answers: ["<z@x>"]},
      {id: "3", subject: "b", answers: ["<z@x>"]}
    ];
    expect(threadKeys([...mails].reverse()).reverse()).toEqual(threadKeys(mails));
  });
});

describe("readMails on every tenth mail of the corpus", () => {
  it("yields labelled, distinct texts without addresses, URLs, quotes and list tags", async () => {
    const files = (await corpusFiles()).filter((_, i) => i % 10 === 0);
    const mails: Mail[] = [];
    let counts: MailCounts | undefined;
    for await (const mail of readMails({files, onCounts: (found) => (counts = found)})) mails.push(mail);
    expect(counts!.read).toBe(605);
    expect(counts!.kept).toBe(mails.length);
    expect(counts!.read).toBe(counts!.kept + counts!.duplicates + counts!.empty + counts!.unlabelled);
    expect(mails.length).toBeGreaterThan(550);
    expect(new Set(mails.map(({label}) => label))).toEqual(new Set(queues));
    expect(new Set(mails.map(({id}) => id)).size).toBe(mails.length);
    for (const {id, text} of mails) {
      expect(text.length, id).toBeLessThanOrEqual(maxTextLength);
      expect(text, id).not.toMatch(
        /https?:\/\/\w|[\w.]+@[\w-]+\.\w+|\[(?:ILUG|SAtalk|Razor-users|zzzzteana)\]/i
      );
      expect(text, id).not.toMatch(/^\s*>/m);
    }
  });
});

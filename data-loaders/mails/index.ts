export {mailsFingerprint} from "./fingerprint.js";
export {queues, type Queue} from "./queueOf.js";
export {readMails, type Mail, type MailCounts} from "./readMails.js";

import {defineDataset} from "assay";
import mails from "../../../../data-loaders/mails.js";

/** The demo's mails. They were published, so that their phone numbers may be learned. */
export default defineDataset({...mails, sensitivity: "public"});

import {defineDataset} from "assay";
import mails from "../../../../data-loaders/mails.js";

/** The demo's mails without their personal data: nothing that is unresolved may be learned. */
export default defineDataset({...mails, privacy: {actions: {default: "mask"}}});

import {defineDataset} from "assay";

/**
 * Made-up support tickets to begin with. Put your own rows in their place (files, globs, or a generator), with your own
 * licence and sensitivity: "public" lets rows go to any endpoint.
 */
export default defineDataset({
  name: "tickets",
  description: "Support tickets and the queue each belongs to (made up).",
  licence: "CC0-1.0",
  source: {kind: "files", files: "data/tickets.jsonl"},
  id: "id",
  text: "text",
  label: "queue",
  group: "customer",
  sensitivity: "public",
  checks: {"has a queue": "queue is not null"}
});

import {defineDataset} from "assay";

/** Made-up arithmetic questions, for the example of replaying outputs that were recorded elsewhere. */
export default defineDataset({
  name: "questions",
  description: "Arithmetic questions in words with their answers (made up).",
  licence: "CC0-1.0",
  source: {kind: "files", files: "data-loaders/questions/questions.jsonl"},
  id: "id",
  text: "question",
  label: "kind",
  sensitivity: "public",
  checks: {"has an answer": "answer is not null"}
});

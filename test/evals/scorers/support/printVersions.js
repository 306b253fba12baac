// Prints the version of every scorer, configured, as a line of JSON: `printVersions.js INDEX_OF_THE_SCORERS`.
const scorers = await import(process.argv[2]);
const endpoint = {name: "judge", kind: "openai", identity: async () => ({baseUrl: "http://127.0.0.1/v1"})};
const judge = {endpoint, model: "judge-1", rubric: "Correct and short."};
const configured = {
  assertions: scorers.assertions(),
  bleu: scorers.bleu(),
  chrf: scorers.chrf(),
  classification: scorers.classification({labels: ["a", "b"]}),
  codeExecution: scorers.codeExecution({language: "javascript", tests: "tests"}),
  embeddingSimilarity: scorers.embeddingSimilarity({embed: async () => [], encoder: "letters"}),
  exactMatch: scorers.exactMatch,
  humanLabels: scorers.humanLabels([{id: "row-1", output: "a", score: 1}]),
  includes: scorers.includes(),
  instructionFollowing: scorers.instructionFollowing(),
  jsonFields: scorers.jsonFields({fields: ["a"]}),
  jsonSchema: scorers.jsonSchema({type: "object"}),
  judgePairwise: scorers.judgePairwise(judge),
  judgeRating: scorers.judgeRating(judge),
  judgeReview: scorers.judgeReview,
  matchAfter: scorers.matchAfter("A:"),
  multipleChoice: scorers.multipleChoice(),
  normalizedMatch: scorers.normalizedMatch(),
  numeric: scorers.numeric(),
  regexMatch: scorers.regexMatch(/a/),
  rouge: scorers.rouge(),
  ter: scorers.ter(),
  tokenF1: scorers.tokenF1,
  toolCallMatch: scorers.toolCallMatch(),
  wer: scorers.wer
};
const versions = Object.entries(configured).map(async ([name, scorer]) => [
  name,
  await scorers.identifiedVersion(scorer)
]);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(versions))));

// Prints the version of scorers as a line of JSON: `printVersions.js INDEX_OF_THE_SCORERS '{"NAME": "EXPRESSION", …}'`.
const [, , index, expressions] = process.argv;
const scorers = await import(index);
const recorded = () => ({
  name: "judge",
  kind: "openai",
  identity: async () => ({baseUrl: "http://127.0.0.1/v1"})
});
const names = {...scorers, recorded};
const versions = Object.entries(JSON.parse(expressions)).map(async ([name, expression]) => [
  name,
  await scorers.identifiedVersion(
    new Function(...Object.keys(names), `return ${expression}`)(...Object.values(names))
  )
]);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(versions))));

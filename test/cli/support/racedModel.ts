import {type ModelServer, startModelServer} from "../../support/modelServer.js";

/** Three models: "good" repeats the last word, "bad" always says the first one, and "fair" is good at two of three rows. */
export function startRacedModel(): Promise<ModelServer> {
  return startModelServer({
    models: ["good", "fair", "bad"],
    answer: ({prompt, body}) => {
      const words = prompt.split(" ");
      const easy = Number(words[1]) % 3 > 0;
      return body.model === "good" || (body.model === "fair" && easy) ? words.at(-1)! : words[0]!;
    }
  });
}

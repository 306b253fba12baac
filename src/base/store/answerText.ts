/** A call of a tool, as chat servers write it. */
interface CalledFunction {
  function: {name: string; arguments: string};
}

/** Strings stay as they are; white space between them is none of the arguments' own. */
const STRINGS_AND_SPACE = /"[^"\\]*(?:\\.[^"\\]*)*"|\s+/gs;

/** Calls of tools for people and judges to read, one a line: `call get_weather({"city":"Paris"})`. */
export function callsText(calls: readonly CalledFunction[]): string {
  return calls.map(({function: {name, arguments: given}}) => `call ${name}(${compact(given)})`).join("\n");
}

/** All of an answer as text, or of a conversation's turn: what was said, and below it the tools that were called. */
export function answerText(said: string, calls: readonly CalledFunction[] = []): string {
  if (calls.length === 0) return said;
  return said.trim() === "" ? callsText(calls) : `${said}\n${callsText(calls)}`;
}

/** Arguments that are no JSON stay as the model wrote them; models send an empty text for none. */
function compact(given: string): string {
  if (given.trim() === "") return "{}";
  try {
    JSON.parse(given);
  } catch {
    return given;
  }
  return given.replace(STRINGS_AND_SPACE, (found) => (found.startsWith('"') ? found : ""));
}

import {Session} from "node:inspector";

/** Where a function stands in the code that runs, which a compiler may have made of its file. */
export interface FunctionPlace {
  /** URL or path of the script. */
  url: string;
  /** The script's text as it runs. */
  text: string;
  /** Zero-based, of the function's first parameter's bracket or so. */
  line: number;
  column: number;
  /** What it holds of the functions around it, by name. */
  captured: Record<string, unknown>;
}

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}

const NAME = "__assayFunctionPlace";

interface LoadedScript {
  url: string;
  text: string;
}

/** By the engine's ids, which no other script is given. */
const scripts = new Map<string, LoadedScript>();

/** Asks the engine where a function was written; undefined for native and bound functions, or without an inspector. */
export function functionPlace(given: (...args: never[]) => unknown): FunctionPlace | undefined {
  const session = new Session();
  const globals = globalThis as Record<string, unknown>;
  let found: FunctionPlace | undefined;
  try {
    session.connect();
    globals[NAME] = given;
    // Calls of a session in its own thread answer before they return.
    session.post("Runtime.evaluate", {expression: `globalThis.${NAME}`}, (_, evaluated) => {
      const objectId = evaluated?.result?.objectId;
      if (objectId === undefined) return;
      session.post("Runtime.getProperties", {objectId}, (_, {internalProperties = []}) => {
        const internal = (wanted: string) => internalProperties.find(({name}) => name === wanted)?.value;
        const location = internal("[[FunctionLocation]]")?.value as Location | undefined;
        if (!location) return;
        const {scriptId, lineNumber: line, columnNumber: column = 0} = location;
        const captured = capturedIn(session, internal("[[Scopes]]")?.objectId);
        const script = scripts.get(scriptId) ?? readScript(session, scriptId);
        if (script) found = {...script, line, column, captured};
      });
    });
  } finally {
    delete globals[NAME];
    session.disconnect();
  }
  return found;
}

/** Remembered, since the engine tells of every script there is, a thousand or more, before it gives one. */
function readScript(session: Session, scriptId: string): LoadedScript | undefined {
  session.on("Debugger.scriptParsed", ({params: {scriptId: id, url}}) => {
    if (id !== scriptId) return;
    session.post("Debugger.getScriptSource", {scriptId}, (failed, source) => {
      if (!failed) scripts.set(scriptId, {url, text: source.scriptSource});
    });
  });
  session.post("Debugger.enable");
  return scripts.get(scriptId);
}

/** The values of the functions and blocks around a function; those of its file and of the process are not among them. */
function capturedIn(session: Session, scopesId: string | undefined): Record<string, unknown> {
  const scopes: Record<string, unknown>[] = [];
  if (scopesId === undefined) return {};
  const globals = globalThis as Record<string, unknown>;
  session.post("Runtime.getProperties", {objectId: scopesId, ownProperties: true}, (failed, found) => {
    for (const {value} of failed ? [] : found.result) {
      if (value?.objectId === undefined || !/^(?:Closure|Block|Catch)\b/.test(value.description ?? ""))
        continue;
      globals[NAME] = undefined;
      const functionDeclaration = `function () { globalThis.${NAME} = this.object; }`;
      session.post("Runtime.callFunctionOn", {objectId: value.objectId, functionDeclaration});
      scopes.push({...(globals[NAME] as object | undefined)});
    }
  });
  // The nearest scope's value is the one that a name means.
  return Object.assign({}, ...scopes.reverse()) as Record<string, unknown>;
}

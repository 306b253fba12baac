import type * as YamlLibrary from "yaml";
import type {CST, Document, LineCounter} from "yaml";
import {onFirstUse} from "./remember.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** Anything that a person writes nests a few levels; a parser that calls itself runs out of stack at some thousand. */
export const DEEPEST = 100;
/** Problems of one text that are told; the rest mostly follows from them. */
const MOST_PROBLEMS = 20;

export interface YamlProblem {
  line?: number;
  message: string;
}

export interface YamlText {
  /** With something in them, and each with its plain value. */
  documents: {document: Document.Parsed; value: unknown}[];
  counter: LineCounter;
  /** With any problem there are no documents. */
  problems: YamlProblem[];
}

/**
 * The documents of a YAML text, JSON included. Text that is not YAML, lists and mappings more than DEEPEST deep, an alias within
 * what it names, and aliases that unfold without measure are problems with their line, as is a second document unless
 * `several` may be there. `merge` reads `<<` keys. Never throws.
 */
export function readYaml(text: string, {merge = false, several = false} = {}): YamlText {
  const counter = new (yaml().LineCounter)();
  const failed = (...problems: YamlProblem[]): YamlText => ({
    documents: [],
    counter,
    problems: problems.slice(0, MOST_PROBLEMS)
  });
  let parsed: Document.Parsed[];
  try {
    const tokens = [...new (yaml().Parser)(counter.addNewLine).parse(text)];
    const deep = deeperThan(DEEPEST, tokens);
    if (deep !== undefined) return failed({line: counter.linePos(deep).line, message: TOO_DEEP});
    const composer = new (yaml().Composer)({merge, logLevel: "error"});
    parsed = [...composer.compose(tokens)] as Document.Parsed[];
  } catch (cause) {
    return failed(unreadable(cause));
  }
  const errors = parsed.flatMap(({errors}) => errors);
  if (errors.length > 0)
    return failed(
      ...errors.map(({pos, message}) => ({line: counter.linePos(pos[0]).line, message: sentence(message)}))
    );
  const filled = parsed.filter(({contents}) => contents !== null);
  const second = several ? undefined : parsed[1];
  if (second)
    return failed({
      line: counter.linePos(second.range[0]).line,
      message: "a second document begins there. Leave one in the file."
    });
  const problems = filled.flatMap((document) => endless(document, counter));
  if (problems.length > 0) return failed(...problems);
  const documents: YamlText["documents"] = [];
  for (const document of filled)
    try {
      documents.push({document, value: document.toJS({maxAliasCount: 100})});
    } catch (cause) {
      const {contents} = document;
      return failed({line: counter.linePos(contents!.range[0]).line, ...unreadable(cause)});
    }
  return {documents, counter, problems: []};
}

const TOO_DEEP = `lists and mappings are more than ${DEEPEST} levels deep there. Close the brackets, or write it flatter.`;

/**
 * Where the tokens of a text first nest deeper. This is asked before they are composed: a stack that overflows there can end the
 * process, which nothing catches.
 */
function deeperThan(most: number, tokens: readonly CST.Token[]): number | undefined {
  const open = tokens.map((token) => ({token: token as CST.Token | null | undefined, depth: 0}));
  for (let next = open.pop(); next; next = open.pop()) {
    const {token, depth} = next;
    if (!token) continue;
    if (token.type === "document") open.push({token: token.value, depth});
    if (!("items" in token)) continue;
    if (depth >= most) return token.offset;
    for (const {key, value} of token.items)
      open.push({token: key, depth: depth + 1}, {token: value, depth: depth + 1});
  }
  return undefined;
}

function sentence(message: string): string {
  const first = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
  return /[.?!]$/.test(first) ? first : `${first}.`;
}

function unreadable(cause: unknown): YamlProblem {
  const {message} = cause as Error;
  if (/alias count/.test(message))
    return {message: "its aliases unfold to far more than is written. Write out what they name."};
  return {message: sentence(message)};
}

/** What would make a reader of the value call itself without end. */
function endless(document: Document.Parsed, counter: LineCounter): YamlProblem[] {
  const problems: YamlProblem[] = [];
  yaml().visit(document, {
    Alias: (_key, node, path) => {
      if (path.some((one) => yaml().isNode(one) && "anchor" in one && one.anchor === node.source))
        problems.push({
          line: node.range ? counter.linePos(node.range[0]).line : undefined,
          message: `the alias *${node.source} stands within what it names, which has no end. Write out what belongs there.`
        });
    }
  });
  return problems;
}

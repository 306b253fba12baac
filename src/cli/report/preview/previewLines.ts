import {pathToFileURL} from "node:url";

/** What Framework's preview prints of every request and message, its greeting, and its looks for pages beside files. */
const CHATTER =
  /^(?:(?:GET|HEAD) \/|socket (?:open|close) |Observable Framework v|↳ |(?:load|\[\w+\]|\S+ →|success) (?!.*\berror\b)|.*\bNot found: \S+\.md$)/;
const MESSAGE = /^(?:(?:load|\[).* )?[↑↓] \{/;

/** Takes pieces of what the preview prints, and gives the lines of them that a person needs: those of what went wrong. */
export function previewLines(): (text: string) => string {
  let rest = "";
  let inMessage = false;
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    return lines
      .filter((line) => {
        const plain = line.replace(/\u001b\[[\d;]*m/g, "").trimEnd();
        inMessage &&= /^\s/.test(plain);
        if (inMessage || plain === "}") return false;
        if (MESSAGE.test(plain)) {
          inMessage = !plain.endsWith("}");
          return false;
        }
        return plain !== "" && !CHATTER.test(plain);
      })
      .map((line) => `${line}\n`)
      .join("");
  };
}

/**
 * Why a Node process died, in one line, by what it printed at its end: the place in the project where there is one, as
 * FILE:LINE, and the error. Undefined when it named no error.
 */
export function lastWords(text: string, project: string): string | undefined {
  const plain = text.replaceAll(`${pathToFileURL(project).href}/`, "").replaceAll(`${project}/`, "");
  const compiler = /^(\S+:\d+:\d+): ERROR: (.+)$/m.exec(plain);
  if (compiler) return `${compiler[1]}: ${compiler[2]}`;
  const error = /^(?:Uncaught )?((?:\w*Error|\w+Exception)\b(?: \[\w+\])?: .+)$/m.exec(plain)?.[1];
  const place =
    /(?:^|\s|\()((?!node:|\/|node_modules\/|file:)[\w@.[\]/-]+\.[cm]?[jt]sx?)(?:\?[\d.]+)?:(\d+)/m.exec(
      plain
    );
  return error && (place ? `${place[1]}:${place[2]}: ${error}` : error);
}

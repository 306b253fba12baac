import {pathToFileURL} from "node:url";

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

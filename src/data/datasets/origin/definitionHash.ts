import {relative, resolve, sep} from "node:path";
import {functionVersion} from "../../../base/fingerprint/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {DatasetDefinition} from "../define.js";
import {statedFilters} from "../filters/index.js";
import {isUrl, type Source} from "../sources/index.js";

/**
 * SHA-256 of what a definition says of its rows. Secrets are left out, and so is what differs from machine to machine: the
 * project's folder, the query of an address, where a database is.
 */
export function definitionHash(definition: DatasetDefinition, project: string): string {
  const {source, filters, ...rest} = definition;
  return hashJson({
    ...rest,
    description: undefined,
    licence: undefined,
    earlier: undefined,
    watch: undefined,
    source: statedSource(source, project),
    filters: statedFilters(filters)
  });
}

function statedSource(source: Source, project: string): object {
  const place = (name: string) => statedPlace(name, project);
  switch (source.kind) {
    case "files":
    case "log":
      return {...source, headers: undefined, files: [source.files].flat().map(place)};
    case "langsmith":
      return {...source, files: [source.files].flat().map(place)};
    case "langfuse":
    case "phoenix":
      return {...source, host: source.host && place(source.host)};
    case "sqlite":
      return {...source, file: place(source.file)};
    case "postgres":
      return {...source, connection: undefined};
    case "rows":
      // A source with a fingerprint says by it whether its rows are other ones.
      return {kind: source.kind, code: source.fingerprint ? undefined : functionVersion(source.rows)};
    case "answers":
    case "huggingface":
    case "received":
      return source;
  }
}

function statedPlace(name: string, project: string): string {
  if (isUrl(name)) return name.split(/[?#]/)[0]!.replace(/^(https?:\/\/)[^/]*@/i, "$1");
  return relative(project, resolve(project, name)).split(sep).join("/");
}

import type {Database} from "../../../../base/store/index.js";

/**
 * Reads one file of another tool into rows. A file of another shape is an error that says what was expected.
 * @param name the file as the source names it, while `file` is where its bytes are
 */
export type Importer = (file: string, db: Database, name: string) => AsyncIterable<object>;

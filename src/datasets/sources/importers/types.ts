import type {Database} from "../../../store/index.js";

/** Reads one file of another tool into rows. A file of another shape is an error that says what was expected. */
export type Importer = (file: string, db: Database) => AsyncIterable<object>;

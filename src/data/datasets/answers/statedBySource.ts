import type {Publishing} from "../../../base/store/index.js";

/** What a source says of its rows: the columns' roles, and how strictly they are to be handled. */
export interface StatedBySource {
  id?: string;
  text?: string;
  group?: string;
  time?: string;
  licence?: string;
  sensitivity?: "public" | "internal" | "personal";
  publish?: Publishing;
}

import {JointNgram} from "./jointNgram/jointNgram.js";
import {readJointNgram} from "./jointNgram/stored.js";
import type {ModelLoader} from "./modelLoader.js";

/** A joint n-gram model of letters with their symbols, counted when it is loaded. */
export const loadJointNgram: ModelLoader = async (manifest, folder) => {
  const model = new JointNgram(await readJointNgram(folder));
  return {manifest, predict: async (texts) => texts.map((text) => model.predict(text))};
};

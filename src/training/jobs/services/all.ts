/** Every service that trains, a line each: what else there is to say of one stands in its file. */
export {command} from "./command.js";
export {fireworks} from "./fireworks.js";
export {huggingface} from "./huggingFace.js";
export {openai} from "./openAI.js";
export {together} from "./together.js";

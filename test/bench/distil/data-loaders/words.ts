export {default} from "../../../../data-loaders/words.js";

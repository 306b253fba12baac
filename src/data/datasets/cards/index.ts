export {checkCroissant} from "./checkCroissant.js";
export {croissant, type CroissantFacts} from "./croissant.js";
export {huggingFaceCard} from "./huggingFaceCard.js";

/** A model that is not in the store, where nothing is to be made: a dry run asks what there is. */
export class NotMade extends Error {
  override name = "NotMade";

  /**
   * @param configHash of everything that will decide the model
   * @param never true when the store never had it; otherwise it may only be out of reach here, or removed
   */
  constructor(
    readonly model: string,
    readonly configHash: string,
    readonly never = false
  ) {
    super(`the model ${model} is not made yet`);
  }
}

import {UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import {sqlString} from "../../base/store/index.js";
import type {SplitSpec} from "./spec.js";

export interface PartShares {
  validation: number;
  test: number;
  heldOut: number;
}

/** Shares of all rows when a spec does not say; what is left is training. */
export const DEFAULT_SHARES: Readonly<PartShares> = {validation: 0.15, test: 0.15, heldOut: 0};

/** The shares of a spec with its defaults; refuses what does not leave a training part. */
export function sharesOf(spec: SplitSpec): PartShares {
  const {validation, test, heldOut} = DEFAULT_SHARES;
  const shares = {
    validation: spec.validation ?? validation,
    test: spec.test ?? test,
    heldOut: spec.heldOut ?? heldOut
  };
  const wrong = Object.entries(shares).filter(([, share]) => !(share >= 0 && share < 1));
  if (wrong.length > 0 || shares.validation + shares.test + shares.heldOut >= 1)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: validation ${shares.validation}, test ${shares.test} and heldOut ${shares.heldOut} must each be from 0 to 1 and leave something to train on.`
    );
  return shares;
}

/** A number from 0 to 1 (exclusive) from a key: the same key gives the same number in every version. */
export function hashUnit(keySql: string, seed: string): string {
  return `(('0x' || sha256(${sqlString(sha256(seed) + ":")} || ${keySql})[1:13])::ubigint / 4503599627370496.0)`;
}

/** Names the part of a unit number: test first, then validation, then held-out, so that a changed share moves few rows. */
export function partOf(unitSql: string, shares: PartShares): string {
  const {test, validation, heldOut} = shares;
  return `case when ${unitSql} < ${test} then 'test' when ${unitSql} < ${test + validation} then 'validation' when ${unitSql} < ${test + validation + heldOut} then 'held-out' else 'train' end`;
}

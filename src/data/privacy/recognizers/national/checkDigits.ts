/** Sum of digits times weights, digit by digit; those beyond the weights do not count. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}

/** Sum of the digits of the products of digits and weights. */
export function digitSums(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => {
    const product = weight * Number(digits[index]);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

/** Value of a digit or of an upper-case letter: 0 to 9, A is 10, Z is 35. */
export function base36(character: string): number {
  const code = character.charCodeAt(0);
  return code < 58 ? code - 48 : code - 55;
}

/** Whether day and month can be; centuries and leap years are not looked at. */
export function isCalendarDay(day: number, month: number): boolean {
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)
  );
}

import {nationalId} from "./nationalId.js";

/** Brazil's tax number: two check digits mod 11. */
export const brCpf = nationalId({
  type: "BR_CPF",
  runs: [3, 11],
  shape: /\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}/y,
  fits: fits,
  score: (spelled) => (spelled.includes(".") ? 0.7 : 0.28),
  context: ["cpf", "contribuinte"]
});

function fits(id: string): boolean {
  return [9, 10].every((length) => {
    let sum = 0;
    for (let index = 0; index < length; index++) sum += Number(id[index]) * (length + 1 - index);
    return ((sum * 10) % 11) % 10 === Number(id[length]);
  });
}

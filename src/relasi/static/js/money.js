// Money: 1.000, 1000, 1,5jt and 2 M are understood and grouped when the field is left. The server reads the same words
// again; what is not understood here is left as it was typed.
{
  const POWERS = { rb: 3, ribu: 3, k: 3, jt: 6, juta: 6, mn: 6, m: 9, miliar: 9, milyar: 9, bn: 9, t: 12, triliun: 12, tn: 12 };

  // -> {sign, whole: "1500000", part: "5"} or null. decimal: the sign before the decimals, "," or ".".
  const read = (typed, decimal) => {
    const match = typed
      .toLowerCase()
      .replace(/\s|rp\.?|idr/g, "")
      .match(/^([-−]?)([\d.,]+)([a-z]*)$/);
    if (!match || (match[3] && !(match[3] in POWERS))) return null;
    const group = decimal === "," ? "." : ",";
    let [, sign, digits, word] = match;
    // A single group sign that does not stand before three digits can only be a decimal sign.
    if (!digits.includes(decimal) && digits.split(group).length === 2 && !/^\d{1,3}.\d{3}$/.test(digits))
      digits = digits.replace(group, decimal);
    const [whole, part = "", more] = digits.replaceAll(group, "").split(decimal);
    if (more !== undefined || !/^\d*$/.test(whole + part) || !(whole + part)) return null;
    const power = POWERS[word] ?? 0;
    const shifted = part.padEnd(power, "0");
    return { sign: sign && "-", whole: (whole + shifted.slice(0, power)).replace(/^0+(?=\d)/, "") || "0", part: shifted.slice(power) };
  };

  relasi.formatMoney = (typed, decimal = ",", places = 0) => {
    const amount = read(typed, decimal);
    if (!amount) return typed;
    const grouped = amount.whole.replace(/\B(?=(\d{3})+$)/g, decimal === "," ? "." : ",");
    const part = /[1-9]/.test(amount.part) ? amount.part.padEnd(places, "0") : "";
    return amount.sign + grouped + (part ? decimal + part : "");
  };

  relasi.on("focusout", "input[data-money]", (_event, input) => {
    if (input.value.trim()) input.value = relasi.formatMoney(input.value, input.dataset.money, Number(input.dataset.places));
  });
}

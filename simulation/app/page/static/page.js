// The value of a slider beside it while it is moved, written as the language of the page does.
document.addEventListener("input", ({ target }) => {
  if (target.type !== "range") return;
  for (const output of document.querySelectorAll(`output[for="${CSS.escape(target.id)}"]`)) {
    const digits = Number(output.dataset.decimals);
    const written = new Intl.NumberFormat(document.documentElement.lang, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    output.value = written.format(target.value) + output.dataset.unit;
  }
});

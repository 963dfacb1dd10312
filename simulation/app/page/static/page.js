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

// Files that are dropped in or chosen are sent at once.
document.addEventListener("change", ({ target }) => {
  if (target.matches("input.drop") && target.files.length) target.form.requestSubmit();
});

// How far work is, until another page comes after it.
const shownWork = document.querySelector("[data-poll]");
if (shownWork) {
  const look = async () => {
    const answer = await fetch(location.href);
    if (answer.redirected) return location.replace(answer.url);
    const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-poll]");
    for (const part of ["p", "progress"]) shownWork.querySelector(part).replaceWith(now.querySelector(part));
    setTimeout(look, 500);
  };
  setTimeout(look, 500);
}

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

// What is chosen for a form that only chooses, and is shown at once.
document.addEventListener("change", ({ target }) => {
  if (target.form?.matches(".chooser")) target.form.requestSubmit();
});

// What follows from levers, a moment after they were moved: first from few simulations, then from all.
const levers = document.getElementById("levers");
if (levers) {
  const told = document.getElementById("follows");
  let moment, asking;
  const follow = async () => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    told.setAttribute("aria-busy", "true");
    for (const part of ["tenth", "all"]) {
      const body = new URLSearchParams(new FormData(levers));
      body.set("part", part);
      const answer = await fetch(levers.dataset.follows, { method: "POST", body, signal });
      if (answer.status !== 200) return;
      const written = await answer.text();
      if (signal.aborted) return;
      const open = told.querySelector("details")?.open;
      told.innerHTML = written;
      if (open) told.querySelector("details").open = true;
      if (told.querySelector("[role=alert]")) break;
    }
    told.removeAttribute("aria-busy");
  };
  const soon = (milliseconds) => {
    clearTimeout(moment);
    moment = setTimeout(() => follow().catch((error) => { if (error.name !== "AbortError") throw error; }), milliseconds);
  };
  levers.addEventListener("input", () => soon(250));
  levers.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    soon(0);
  });
  if (told.dataset.open !== undefined) soon(0);
}

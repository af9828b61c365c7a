// What is written and not sent is kept on the server: two seconds after the last key, and when the
// text box is left. Its words come back on any device; once its message is sent they are gone.

const REST = 2000;
const kept = new WeakMap();
let timer = 0;

const formOf = (target) => target.closest?.("form[data-composer][data-draft]");

async function keep(form) {
  clearTimeout(timer);
  const { body, client_id: name, csrf } = form.elements;
  const words = body.value;
  if (words === (kept.get(form) ?? body.defaultValue)) return;
  kept.set(form, words);
  const fields = new URLSearchParams({ csrf: csrf.value, client_id: name.value, body: words });
  const options = { method: "POST", body: fields, headers: { "x-background": "yes" }, keepalive: words.length < 8000 };
  const answer = await fetch(form.dataset.draft, options).catch(() => null);
  if (!answer?.ok) kept.delete(form);
  else if (body.value === words) say(form, words.trim() ? "Draft saved" : "");
}

function say(form, words) {
  const place = form.querySelector("[data-draft-state]");
  if (place) place.textContent = words;
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form || event.target !== form.elements.body) return;
  say(form, "");
  clearTimeout(timer);
  timer = setTimeout(() => keep(form), REST);
});

document.addEventListener("focusout", (event) => {
  const form = formOf(event.target);
  if (form && event.target === form.elements.body) keep(form);
});

// What is sent is on its way under its name: the server knows by that name that the draft is over.
document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  clearTimeout(timer);
  say(form, "");
  queueMicrotask(() => kept.set(form, form.elements.body.value));
}, true);

window.addEventListener("pagehide", () => document.querySelectorAll("form[data-composer][data-draft]").forEach(keep));

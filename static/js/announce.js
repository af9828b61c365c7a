// Speaks to screen readers through the two live regions of the page frame. Only their text changes.

const CLEAR_AFTER = 5000;
const timers = new Map();

/** Says `text` politely, or at once when assertive. The same text twice in a row is said twice. */
export function announce(text, { assertive = false } = {}) {
  const region = document.getElementById(assertive ? "assertive" : "polite");
  if (!region || !text) return;
  clearTimeout(timers.get(region));
  region.textContent = "";
  // A region that goes from empty to full in two steps is read again even when the words are the same.
  timers.set(region, setTimeout(() => fill(region, text), 50));
}

function fill(region, text) {
  region.textContent = text;
  timers.set(region, setTimeout(() => { region.textContent = ""; }, CLEAR_AFTER));
}

/** Shows `words` in the status toast; frame.js says whatever is put there. A patient's page has none:
 *  there they stand above everything else, as the words of a page before. */
export function toast(words) {
  const dock = document.getElementById("toast");
  const box = document.createElement("div");
  box.className = dock ? "toast" : "banner banner--ok";
  box.append(Object.assign(document.createElement("p"), { textContent: words }));
  if (dock) return dock.replaceChildren(box);
  document.querySelector("#main .column")?.prepend(box);
  announce(words);
}

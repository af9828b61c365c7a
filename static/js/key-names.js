// Names of keys as aria-keyshortcuts writes them, and what a control is called.

/** The name of a pressed key: "a", "?", "Escape", "Control+Enter". */
export function keyName(event) {
  return (event.ctrlKey || event.metaKey) && event.key === "Enter" ? "Control+Enter" : event.key;
}

/** The keys a control answers to. */
export function keysOf(control) {
  return control.getAttribute("aria-keyshortcuts").trim().split(/\s+/);
}

/** Letters are the same in both cases: a caps lock must not turn the keyboard off. */
export function sameKey(one, other) {
  return one.length === 1 ? one.toLowerCase() === other.toLowerCase() : one === other;
}

/** A control's name without the hint of its key. */
export function wordsOf(control) {
  const named = control.getAttribute("aria-label") ?? (control.querySelector("[data-words]") ?? control.labels?.[0])?.textContent;
  return (named ?? control.textContent).trim().replace(/\s+/g, " ");
}

// The one way for text to become HTML: the page policy refuses every other. The text is our own
// server's, from an answer or a frame, and was escaped there; never put words of a person's in here.

const WORKER = "/service-worker.js";

/** null in a browser that does not know trusted types. */
export const policy = window.trustedTypes?.createPolicy("htmx", {
  createHTML: (text) => text,
  createScriptURL(address) {
    if (address !== WORKER) throw new TypeError("no script of ours");
    return address;
  },
}) ?? null;

const trusted = (text) => policy?.createHTML(text) ?? text;

/** A piece of HTML as a template: its `content` is what stands in it. */
export function templateOf(text) {
  const template = document.createElement("template");
  template.innerHTML = trusted(text);
  return template;
}

/** A whole page of ours, read and not shown. */
export function pageFrom(text) {
  return new DOMParser().parseFromString(trusted(text), "text/html");
}

export const worker = policy?.createScriptURL(WORKER) ?? WORKER;

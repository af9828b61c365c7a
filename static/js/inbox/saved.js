// Saved replies: found by a search of their own, put into the reply box as text to read and change.
// Nothing here sends anything.

const box = () => document.querySelector("details[data-saved]");
const reply = () => document.getElementById("reply-body");
const shownOf = (saved) => [...saved.querySelectorAll("a[data-saved-words]")].filter((link) => !link.closest("li").hidden);

function find(saved, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of saved.querySelectorAll("a[data-saved-words]")) {
    const text = `${link.textContent} ${link.dataset.savedWords}`.toLowerCase();
    link.closest("li").hidden = !wanted.every((word) => text.includes(word));
  }
  const found = shownOf(saved).length;
  saved.querySelector("[data-saved-count]").textContent = found === 1 ? "1 saved reply" : `${found} saved replies`;
}

// The list takes room from the messages: whoever was at their end stays there.
function keepEnd(pane, saved) {
  const hidden = pane.scrollHeight - pane.clientHeight - pane.scrollTop;
  if (hidden < saved.clientHeight + 80) pane.scrollTop = pane.scrollHeight;
}

function open(saved) {
  saved.open = true;
  keepEnd(document.querySelector(".thread__scroll"), saved);
  saved.querySelector("[data-saved-search]").focus();
}

function close(saved) {
  saved.querySelector("[data-saved-search]").value = "";
  find(saved, "");
  saved.open = false;
  reply().focus();
}

// Into an empty box as it is, otherwise after what stands there: nothing that was written is lost.
function putIn(link) {
  const body = reply();
  const words = link.dataset.savedWords;
  body.value = body.value.trim() ? `${body.value.trimEnd()}\n${words}` : words;
  close(link.closest("[data-saved]"));
  body.setSelectionRange(body.value.length, body.value.length);
  body.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(saved, by) {
  const places = [saved.querySelector("[data-saved-search]"), ...shownOf(saved)];
  const here = places.indexOf(document.activeElement);
  places[Math.min(Math.max(here + by, 0), places.length - 1)].focus();
}

// The event comes a moment later than the opening: whoever types already goes on.
document.addEventListener("toggle", (event) => {
  const saved = event.target;
  if (saved.matches?.("[data-saved]") && saved.open && !saved.querySelector(".saved").contains(document.activeElement)) open(saved);
}, true);

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-saved-search]")) find(box(), event.target.value);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-saved-words]");
  if (!link) return;
  event.preventDefault();
  putIn(link);
});

// In the capturing phase: Escape closes this list and leaves the thread as it is.
document.addEventListener("keydown", (event) => {
  const saved = box();
  if (!saved || event.isComposing) return;
  if (event.key === "/" && event.target === reply() && !reply().value) open(saved);
  else if (!saved.open || !saved.contains(event.target)) return;
  else if (event.key === "Escape") close(saved);
  else if (event.key === "ArrowDown") step(saved, 1);
  else if (event.key === "ArrowUp") step(saved, -1);
  else if (event.key === "Enter" && event.target.matches("[data-saved-search]")) {
    const [first] = shownOf(saved);
    if (first) putIn(first);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

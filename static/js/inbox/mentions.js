// An @ in a note shows whom it can call. Arrow down goes to the names, Enter takes one, Escape goes
// back; whoever writes on writes on. The server reads the names from the text.

import { announce } from "../announce.js";

const UNFINISHED = /(?:^|[^\p{L}\p{N}])@([^\n@]{0,40})$/u;

const noteBox = () => document.getElementById("note-body");
const namesIn = (list) => [...list.querySelectorAll("button[data-mention]")];
const shownOf = (list) => namesIn(list).filter((name) => !name.parentElement.hidden);

function listOf(box) {
  return box?.form?.querySelector("[data-mention-list]");
}

function begun(box) {
  return UNFINISHED.exec(box.value.slice(0, box.selectionStart))?.[1] ?? null;
}

function show(box) {
  const list = listOf(box);
  const typed = begun(box)?.toLowerCase() ?? null;
  const was = list.hidden ? 0 : shownOf(list).length;
  for (const name of namesIn(list)) name.parentElement.hidden = typed === null || !fits(name, typed);
  const found = shownOf(list).length;
  list.hidden = !found;
  if (found && found !== was) announce(found === 1 ? "1 name. Arrow down to choose" : `${found} names. Arrow down to choose`);
}

// A whole name is finished: there is nothing left to choose.
function fits(name, typed) {
  const own = name.dataset.mention.toLowerCase();
  return own !== typed && (own.startsWith(typed) || own.split(" ").some((word) => word.startsWith(typed)));
}

function take(name) {
  const box = noteBox();
  const end = box.selectionStart;
  const start = end - begun(box).length;
  box.setRangeText(`${name.dataset.mention} `, start, end, "end");
  listOf(box).hidden = true;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(list, by) {
  const places = [noteBox(), ...shownOf(list)];
  const here = places.indexOf(document.activeElement);
  places[Math.min(Math.max(here + by, 0), places.length - 1)].focus();
}

document.addEventListener("input", (event) => { if (event.target === noteBox()) show(event.target); });

document.addEventListener("click", (event) => {
  const name = event.target.closest("button[data-mention]");
  if (name) take(name);
});

// In the capturing phase: Escape closes this list and leaves the thread as it is.
document.addEventListener("keydown", (event) => {
  const list = listOf(noteBox());
  if (!list || list.hidden || event.isComposing) return;
  if (event.target !== noteBox() && !list.contains(event.target)) return;
  if (event.key === "ArrowDown") step(list, 1);
  else if (event.key === "ArrowUp" && list.contains(event.target)) step(list, -1);
  else if (event.key === "Escape") close(list);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

function close(list) {
  list.hidden = true;
  noteBox().focus();
}

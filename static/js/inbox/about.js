// What stands beside the thread keeps true while it is open: hours go by, check-ins and flags come.

const EVERY = 60_000;

const address = () => document.querySelector("[data-about]")?.dataset.about;

/** Fetches it again, unless it is in use. What is still true is not touched. */
export async function refreshAbout() {
  const here = document.getElementById("about");
  const from = address();
  if (!from || document.hidden || here.contains(document.activeElement)) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(from, { headers }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  if (address() !== from || here.contains(document.activeElement) || fresh.innerHTML === here.innerHTML) return;
  here.replaceChildren(fresh.content);
}

setInterval(refreshAbout, EVERY);
document.addEventListener("visibilitychange", refreshAbout);

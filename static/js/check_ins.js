// A check-in without a network or with an ended session: what was written stays in this tab.
// Without this script every page is a plain form; only the offline banner is lost.

const PREFIX = "check-in:";
const key = (field) => `${PREFIX}${location.pathname}:${field.name}`;

function remember(form) {
  for (const field of form.querySelectorAll("[data-keep]")) {
    const kept = sessionStorage.getItem(key(field));
    if (kept && !field.value) {
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
    }
    field.addEventListener("input", () => sessionStorage.setItem(key(field), field.value));
  }
}

function forget() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }
}

// The tap is held, not lost: "Send again" presses the same button, and so does the network's return.
function holdWhileOffline(form) {
  const banner = document.querySelector("[data-offline]");
  let held = null;
  const sendAgain = () => {
    if (!held || !navigator.onLine) return;
    banner.hidden = true;
    form.requestSubmit(held);
  };
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    held = event.submitter;
    banner.hidden = false;
    banner.scrollIntoView({ block: "nearest" });
    banner.querySelector("[data-send-again]").focus();
  });
  banner.querySelector("[data-send-again]").addEventListener("click", sendAgain);
  window.addEventListener("online", sendAgain);
}

const form = document.querySelector("[data-question]");
if (form) {
  remember(form);
  holdWhileOffline(form);
}
if (document.querySelector("[data-sent]")) forget();
